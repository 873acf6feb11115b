#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::ops {

/// Blots secrets out of text: the last line of defence, after "no message holds a secret".
///
/// What follows `wstoken=` is blotted out too, whether it is known here or not.
///
/// Threads: every member may be called from any thread.
class SecretMask {
 public:
  /// From now on `secret` is blotted out. Shorter ones than six bytes are not: they would tear
  /// holes into ordinary words and protect nothing.
  void add(std::string_view secret);
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  ///< Guarded by mutex_. Longest first.
};

}  // namespace moodlesync::ops
