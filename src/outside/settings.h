#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace moodlesync::outside {

/// Who is told of entities whose copies outside the database are stale: a command or a URL, at most
/// one of them.
struct AnnouncerSettings {
  std::vector<std::string> command = {};  ///< Program and arguments; no shell.
  std::string url = {};
  std::string ca_file = {};  ///< Authorities to trust for `url` instead of the system's.
  /// A call that takes longer is ended and counts as failed.
  std::chrono::milliseconds timeout{10'000};

  [[nodiscard]] bool is_set() const { return !command.empty() || !url.empty(); }
};

}  // namespace moodlesync::outside
