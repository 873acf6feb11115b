#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

// `moodle-syncd brake …`: what becomes of removals that were too many to be let through unasked.
// Each returns what the program's end is to say.

/// What is held, since when, and why.
[[nodiscard]] ExitCode brake_list(const Invocation& invocation, const Rooms& rooms,
                                  Console console);
/// Lets what is held go, and nothing else; a running daemon is woken.
[[nodiscard]] ExitCode brake_allow(const Invocation& invocation, const Rooms& rooms,
                                   Console console);
/// Forgets what is held; asks for a --yes.
[[nodiscard]] ExitCode brake_drop(const Invocation& invocation, const Rooms& rooms,
                                  Console console);

}  // namespace moodlesync::app
