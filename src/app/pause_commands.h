#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

// `moodle-syncd pause|resume [COMPONENT]`: what all daemons leave alone until further notice. It
// stands in the database, so restarts and other machines obey too.

[[nodiscard]] ExitCode pause(const Invocation& invocation, const Rooms& rooms, Console console);
[[nodiscard]] ExitCode resume(const Invocation& invocation, const Rooms& rooms, Console console);

}  // namespace moodlesync::app
