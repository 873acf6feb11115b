#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::ops {

/// Blots secrets out of text: the last line of defence, after "no message holds a secret".
///
/// A secret is blotted out wherever it stands. One that might be an ordinary word or name (as short
/// passwords are, "drupal") only where it is used as a secret; anywhere else it would tear holes
/// into everything that is said about Drupal and give itself away by them. What follows `wstoken=`
/// or `password=`, and the password in `scheme://user:password@host`, are blotted out whether they
/// are known here or not.
///
/// Threads: every member may be called from any thread.
class SecretMask {
 public:
  /// From now on `secret` is blotted out.
  void add(std::string_view secret);
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  ///< Guarded by mutex_. Longest first.
};

}  // namespace moodlesync::ops
