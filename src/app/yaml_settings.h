#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/settings.h"

namespace moodlesync::app {

/// Reads YAML into a settings tree. Anything that is wrong is a fault with file, line and key;
/// nothing comes back then that could be mistaken for a configuration.
///
/// A mapping's entry carries the line of its key. Refused: anchors and aliases, tags of one's own,
/// duplicate keys, several documents, control characters, more than 32 levels or 50 000 values: a
/// configuration needs none of that, and a hostile file could use each of them.
///
/// Errors: as faults; yaml-cpp's exceptions end here.
[[nodiscard]] std::optional<SettingsNode> parse_yaml(std::string_view text, const std::string& file,
                                                     std::vector<SettingsFault>& faults);

}  // namespace moodlesync::app
