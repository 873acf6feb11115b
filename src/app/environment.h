#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/settings.h"

namespace moodlesync::app {

/// The value of an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own environment.
[[nodiscard]] Environment process_environment();

/// Replaces `${NAME}` and `${NAME:-default}` in every scalar of the tree; `$${` stands for `${`.
/// The default counts when the variable is unset or empty. What comes in is text: it is never read
/// as YAML. An unset variable without default is a fault.
void substitute_environment(SettingsNode& root, const std::string& file,
                            const Environment& environment, std::vector<SettingsFault>& faults);

}  // namespace moodlesync::app
