#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

// `moodle-syncd parked …`: what to do about tasks that nobody works on until somebody does
// something. Each returns what the program's end is to say.

/// A line for each, longest parked first; counts them all even when not all are shown.
[[nodiscard]] ExitCode parked_list(const Invocation& invocation, const Rooms& rooms,
                                   Console console);
/// Everything about the parked tasks of one entity, and what can be done.
[[nodiscard]] ExitCode parked_show(const Invocation& invocation, const Rooms& rooms,
                                   Console console);
/// Makes them due at once; a running daemon is woken.
[[nodiscard]] ExitCode parked_retry(const Invocation& invocation, const Rooms& rooms,
                                    Console console);
/// Forgets them; asks for a filter (or --all) and a --yes.
[[nodiscard]] ExitCode parked_drop(const Invocation& invocation, const Rooms& rooms,
                                   Console console);

}  // namespace moodlesync::app
