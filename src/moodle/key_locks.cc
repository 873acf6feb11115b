#include "moodle/key_locks.h"

#include <algorithm>

namespace moodlesync::moodle {

bool KeyLocks::is_free(const Batch& batch) const {
  return std::ranges::all_of(batch.keys,
                             [this](const std::string& key) { return held_.admits_key(key); }) &&
         std::ranges::all_of(
             batch.groups, [this](const std::string& group) { return held_.admits_group(group); });
}

void KeyLocks::Taken::add(const Batch& batch) {
  keys.insert(batch.keys.begin(), batch.keys.end());
  for (const std::string& group : batch.groups) ++groups[group];
}

void KeyLocks::Taken::remove(const Batch& batch) {
  for (const std::string& key : batch.keys) keys.erase(key);
  for (const std::string& group : batch.groups) {
    const auto at = groups.find(group);
    if (at != groups.end() && --at->second == 0) groups.erase(at);
  }
}

}  // namespace moodlesync::moodle
