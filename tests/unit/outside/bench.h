#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "outside/call.h"
#include "support/process/child_process.h"

namespace moodlesync::outside {

/// Waits for the call as the loop does: through its descriptor, and a look now and then.
inline std::optional<Status> outcome_of(Call& call) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (auto outcome = call.poll()) return outcome;
    pollfd entry{call.fd(), POLLIN, 0};
    ::poll(&entry, 1, 100);
  }
  return std::nullopt;
}

/// A shell script that a test wrote, as the program of an administrator.
class Script {
 public:
  explicit Script(const std::string& text)
      : path_(folder_.write("script", "#!/bin/sh\n" + text + "\n")) {
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  /// Where it may leave something.
  [[nodiscard]] std::string file() const { return (folder_.path() / "seen").string(); }
  [[nodiscard]] std::string seen() const {
    std::ifstream in(file());
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

 private:
  testsupport::TemporaryDirectory folder_;
  std::filesystem::path path_;
};

}  // namespace moodlesync::outside
