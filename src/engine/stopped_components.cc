#include "engine/stopped_components.h"

#include <spdlog/spdlog.h>

namespace moodlesync::engine {

void StoppedComponents::note_faults(std::span<const SettingsFault> faults) {
  faulty_.clear();
  for (const SettingsFault& fault : faults) {
    for (const std::string& name : names_) {
      if (!fault.origin.key.starts_with("components." + name + ".")) continue;
      faulty_[name] = fault.message;
      log_.error(
          "MS-203 component stopped, its mapping no longer fits Drupal: component={} at=\"{}\" "
          "reason=\"{}\"",
          name, to_string(fault.origin), fault.message);
    }
  }
}

void StoppedComponents::note_error(const std::string& component, const Error& error) {
  const Rest rest{clock_.now() + rest_, error.message};
  const bool first = resting_.insert_or_assign(component, rest).second;
  if (!first) return;
  log_.error("MS-204 component stopped until this is mended: component={} code={} reason=\"{}\"",
             component, error.code, error.message);
}

std::vector<std::string> StoppedComponents::willing() {
  std::erase_if(resting_,
                [now = clock_.now()](const auto& rest) { return now >= rest.second.until; });
  std::vector<std::string> willing;
  for (const std::string& name : names_) {
    if (!resting_.contains(name) && !faulty_.contains(name)) willing.push_back(name);
  }
  return willing;
}

std::map<std::string, std::string> StoppedComponents::reasons() const {
  std::map<std::string, std::string> all = faulty_;
  for (const auto& [component, rest] : resting_) all.emplace(component, rest.reason);
  return all;
}

}  // namespace moodlesync::engine
