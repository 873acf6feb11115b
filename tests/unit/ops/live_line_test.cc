#include "ops/live_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "support/ports/fake_ports.h"

namespace moodlesync::ops {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// A terminal that remembers what is written to it.
class LiveLineTest : public testing::Test {
 protected:
  LiveLineTest() {
    winsize size{24, 40, 0, 0};
    EXPECT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    ::setenv("TERM", "xterm", 1);
  }
  ~LiveLineTest() override {
    ::close(master_);
    ::close(slave_);
  }
  std::string written() const {
    std::array<char, 4096> chunk{};
    const ssize_t got = ::read(master_, chunk.data(), chunk.size());
    return {chunk.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  int master_ = -1;
  int slave_ = -1;
  fakes::FakeClock clock_;
};

TEST_F(LiveLineTest, StaysBelowTheLog) {
  Log log(slave_);
  log.set_last_line("waiting");
  EXPECT_EQ(written(), "\r\x1b[2Kwaiting");
  log.logger().info("something happened");
  const std::string text = written();
  EXPECT_THAT(text, testing::StartsWith("\r\x1b[2K"));
  EXPECT_THAT(text, EndsWith("something happened\r\nwaiting"));
}

TEST_F(LiveLineTest, IsCutToTheWidthOfTheTerminal) {
  Log log(slave_);
  log.set_last_line(std::string(100, 'x'));
  EXPECT_EQ(written(), "\r\x1b[2K" + std::string(39, 'x'));
}

TEST_F(LiveLineTest, SaysWhatGoesOnAFewTimesASecond) {
  Log log(slave_);
  LiveLine line(log, clock_);
  Turn turn;
  turn.moodle_ready = true;
  line.turned(turn);
  EXPECT_THAT(written(), HasSubstr("waiting for changes | 0 done"));
  const Error down{ErrorKind::kUnavailable, "http_503", "maintenance"};
  turn.moodle = &down;
  line.turned(turn);
  clock_.advance(std::chrono::seconds{1});
  line.turned(turn);
  EXPECT_EQ(written(), "\r\x1b[2KMoodle is away, work is kept | 0 done");
}

}  // namespace
}  // namespace moodlesync::ops
