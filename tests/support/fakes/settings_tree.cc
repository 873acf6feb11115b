#include "support/fakes/settings_tree.h"

#include <utility>

namespace moodlesync::fakes {

SettingsNode scalar(std::string_view text) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kScalar;
  node.scalar = text;
  return node;
}

SettingsNode list(std::vector<SettingsNode> items) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kList;
  node.items = std::move(items);
  return node;
}

SettingsNode mapping(std::vector<std::pair<std::string, SettingsNode>> entries) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kMap;
  node.entries.reserve(entries.size());
  for (auto& [key, value] : std::exchange(entries, {})) {
    node.entries.push_back({std::move(key), std::move(value)});
  }
  return node;
}

SettingsNode texts(const std::vector<std::pair<std::string, std::string>>& entries) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kMap;
  for (const auto& [key, value] : entries) node.entries.push_back({key, scalar(value)});
  return node;
}

std::vector<std::string> written(const std::vector<SettingsFault>& faults) {
  std::vector<std::string> lines;
  for (const SettingsFault& fault : faults)
    lines.push_back(fault.origin.key + ": " + fault.message);
  return lines;
}

}  // namespace moodlesync::fakes
