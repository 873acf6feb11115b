#pragma once

#include <memory>
#include <string>
#include <vector>

#include "moodlesync/result.h"
#include "outside/call.h"

namespace moodlesync::outside {

/// Runs a program with `input` on its standard input, without a shell, in a process group of its
/// own. Its standard output is dropped, its standard error is ours. Exit code 0 means done.
///
/// Errors: kConfig with code `bad_command` when it cannot be started; the call's outcome is
/// kTransient with code `command_failed`.
[[nodiscard]] Result<std::unique_ptr<Call>> start_command(const std::vector<std::string>& command,
                                                          const std::string& input);

}  // namespace moodlesync::outside
