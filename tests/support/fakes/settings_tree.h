#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "moodlesync/settings.h"

namespace moodlesync::fakes {

/// Parts of a configuration, written as the file would be:
/// `mapping({{"sources", list({mapping({{"vocabulary", scalar("topics")}})})}})`.
[[nodiscard]] SettingsNode scalar(std::string_view text);
[[nodiscard]] SettingsNode list(std::vector<SettingsNode> items);
[[nodiscard]] SettingsNode mapping(std::vector<std::pair<std::string, SettingsNode>> entries);
/// A mapping of scalars.
[[nodiscard]] SettingsNode texts(const std::vector<std::pair<std::string, std::string>>& entries);

/// The faults as lines "key: message".
[[nodiscard]] std::vector<std::string> written(const std::vector<SettingsFault>& faults);

}  // namespace moodlesync::fakes
