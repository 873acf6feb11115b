#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

/// `moodle-syncd plan`: what a daemon would do about what is queued now, or about every entity;
/// field by field, and nothing of it is done. Ends with kDiffers when Moodle would change.
[[nodiscard]] ExitCode plan(const Invocation& invocation, const Rooms& rooms, Console console);

}  // namespace moodlesync::app
