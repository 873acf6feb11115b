#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace moodlesync::testsupport {

/// A program that a test started: killed when the object goes, and by the kernel when the test's
/// thread dies.
class ChildProcess {
 public:
  struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::filesystem::path output = "/dev/null";           ///< stdout and stderr, appended.
    std::map<std::string, std::string> environment = {};  ///< On top of ours.
  };
  explicit ChildProcess(const Command& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void signal(int number) const;
  /// The exit code, or 128 + the signal that ended it; nothing when it still runs after `limit`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_running();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// Runs a program to its end. `code` as ChildProcess::wait, -1 when it took longer than `limit` and
/// was killed; `output` then ends with where it stood.
struct Finished {
  int code = -1;
  std::string output;
};
[[nodiscard]] Finished run_program(const std::filesystem::path& program,
                                   const std::vector<std::string>& arguments,
                                   std::chrono::milliseconds limit = std::chrono::seconds{60});

/// A directory of its own under /tmp, removed with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file that only we may read; returns its path.
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace moodlesync::testsupport
