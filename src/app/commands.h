#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

// One function per command that neither needs the event loop nor signals. Each returns what the
// program's end is to say; faults of the configuration are printed all at once.
[[nodiscard]] ExitCode check(const Invocation& invocation, const Rooms& rooms, Console console);
[[nodiscard]] ExitCode install(const Invocation& invocation, const Rooms& rooms, Console console);
[[nodiscard]] ExitCode uninstall(const Invocation& invocation, const Rooms& rooms, Console console);
[[nodiscard]] ExitCode adopt_site(const Invocation& invocation, const Rooms& rooms,
                                  Console console);
[[nodiscard]] ExitCode version(const Invocation& invocation, const Rooms& rooms, Console console);

}  // namespace moodlesync::app
