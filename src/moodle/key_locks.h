#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "moodle/batch.h"

namespace moodlesync::moodle {

/// Who may travel beside what is on the wire: a key is held by one call, a group shared by any
/// number, and what is held as the one is not to be had as the other.
///
/// Threads: the event loop's only.
class KeyLocks {
 public:
  /// `batch` goes out.
  void hold(const Batch& batch) { held_.add(batch); }
  /// `batch` is back. Requires: it was held.
  void release(const Batch& batch) { held_.remove(batch); }

  /// `batch` waits for others and is to go before all who do not hold anything of it yet.
  void reserve(const Batch& batch) { reserved_.add(batch); }
  void forget_reserved() { reserved_ = {}; }

  /// Whether nothing on the wire is in the way; what is reserved is not looked at.
  [[nodiscard]] bool is_free(const Batch& batch) const;

  [[nodiscard]] bool is_key_free(const std::string& key) const {
    return held_.admits_key(key) && reserved_.admits_key(key);
  }
  [[nodiscard]] bool is_group_free(const std::string& group) const {
    return held_.admits_group(group) && reserved_.admits_group(group);
  }

 private:
  struct Taken {
    std::unordered_set<std::string> keys;
    std::unordered_map<std::string, std::size_t> groups;  ///< And how many calls share it.

    void add(const Batch& batch);
    void remove(const Batch& batch);
    [[nodiscard]] bool admits_key(const std::string& key) const {
      return !keys.contains(key) && !groups.contains(key);
    }
    [[nodiscard]] bool admits_group(const std::string& group) const {
      return !keys.contains(group);
    }
  };

  Taken held_;
  Taken reserved_;
};

}  // namespace moodlesync::moodle
