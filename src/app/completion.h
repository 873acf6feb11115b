#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "app/command_start.h"

namespace moodlesync::app {

/// `moodle-syncd completion bash`: made of what the command line really takes.
[[nodiscard]] ExitCode completion(const Rooms& rooms, Console console);

/// `components`: the names that may follow `--component`, `pause`, `brake list`, …
void print_bash_completion(const std::vector<CommandShape>& shapes,
                           const std::vector<std::string>& components, std::ostream& out);

}  // namespace moodlesync::app
