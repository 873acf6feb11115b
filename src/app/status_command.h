#pragma once

#include <chrono>
#include <functional>

#include "app/command_start.h"
#include "app/status.h"

namespace moodlesync::app {

/// `moodle-syncd status [--watch]`: once, or again and again until Ctrl-C.
[[nodiscard]] ExitCode status(const Invocation& invocation, const Rooms& rooms, Console console);

/// Asks all that `status` tells.
[[nodiscard]] Result<StatusReport> look_at(const Settings& settings, DrupalDatabase& database);

/// What --watch does each time: looks, and shows it over the last time on a terminal, else as a
/// line below it (of JSON, where that is wanted). A database that is away is said and waited for.
///
/// `wait`: until the next time; false: it is over.
void watch(const std::function<Result<StatusReport>()>& look, const std::function<bool()>& wait,
           bool json, Console console);

}  // namespace moodlesync::app
