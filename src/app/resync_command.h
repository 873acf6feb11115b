#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

/// `moodle-syncd resync`: queues all entities, or some, as a change of each would. Works in short
/// transactions beside running daemons, and goes on where an earlier run was cut off.
[[nodiscard]] ExitCode resync(const Invocation& invocation, const Rooms& rooms, Console console);

/// Whether `selection` names a component that the configuration has; if not, says which it has.
[[nodiscard]] bool knows_component(const Selection& selection, const Settings& settings,
                                   Console console);

}  // namespace moodlesync::app
