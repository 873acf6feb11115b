// `moodle-syncd run` before a person's eyes: a terminal of its own, and Ctrl-C.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testing::HasSubstr;
using testing::Not;
using testsupport::DaemonRig;

/// The daemon in a terminal of 60 columns.
class Terminal {
 public:
  explicit Terminal(const DaemonRig& rig) {
    winsize size{24, 60, 0, 0};
    const std::string config = rig.config();
    child_ = ::forkpty(&fd_, nullptr, nullptr, &size);
    if (child_ != 0) return;
    ::setenv("TERM", "xterm", 1);
    ::execl(MOODLESYNC_DAEMON, MOODLESYNC_DAEMON, "run", "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  ~Terminal() {
    if (child_ > 0) ::kill(child_, SIGKILL);
    static_cast<void>(end());
    ::close(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void press(char key) const { ASSERT_EQ(::write(fd_, &key, 1), 1); }
  /// All that was shown so far.
  const std::string& shown() {
    pollfd ready{fd_, POLLIN, 0};
    std::array<char, 4096> chunk{};
    while (::poll(&ready, 1, 0) > 0) {
      const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
      if (got <= 0) break;
      shown_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return shown_;
  }
  bool shows(std::string_view text) {
    return DaemonRig::wait_until([&] { return shown().find(text) != std::string::npos; });
  }
  /// Waits for the end; the exit code.
  int end() {
    if (child_ <= 0) return code_;
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return code_;
  }

 private:
  int fd_ = -1;
  pid_t child_ = -1;
  int code_ = -1;
  std::string shown_;
};

class ForegroundTest : public testing::Test {
 protected:
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(ForegroundTest, KeepsALineBelowTheLogAndLeavesNothingOfItAtTheEnd) {
  rig_.install();
  Terminal terminal(rig_);
  ASSERT_TRUE(terminal.shows("waiting for changes | 0 done")) << terminal.shown();
  rig_.campus().add_courses(3);
  ASSERT_TRUE(terminal.shows("| 3 done")) << terminal.shown();
  terminal.press('\x03');
  ASSERT_TRUE(terminal.shows("ended: moodle_requests=")) << terminal.shown();
  EXPECT_EQ(terminal.end(), 0);
  const std::string& shown = terminal.shown();
  const std::string last = shown.substr(shown.rfind("\x1b[2K") + 4);
  EXPECT_THAT(last, Not(HasSubstr(" done"))) << "the line is gone, the log is not";
  EXPECT_TRUE(last.empty() || last.ends_with('\n')) << last;
}

TEST_F(ForegroundTest, WritesNoControlCharactersWhereNobodyWatches) {
  rig_.install();
  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.log_text().find("Moodle answers") != std::string::npos; }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  EXPECT_THAT(rig_.log_text(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace moodlesync
