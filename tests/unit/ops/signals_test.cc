#include "ops/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>

#include <csignal>

namespace moodlesync::ops {
namespace {

/// Signals go to this thread only (pthread_kill), where they are blocked.
class SignalControlTest : public testing::Test {
 protected:
  SignalControlTest() { block_signals(); }
  static void raise_here(int signal) { ASSERT_EQ(pthread_kill(pthread_self(), signal), 0); }
  std::unique_ptr<SignalControl> open(bool may_reload = true) {
    auto control = SignalControl::open([this, may_reload] {
      ++asked_;
      return may_reload;
    });
    EXPECT_TRUE(control.has_value());
    return std::move(*control);
  }
  int asked_ = 0;
};

bool is_readable(int fd) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, 0) == 1;
}

TEST_F(SignalControlTest, WakesItsDescriptorAndStopsOnSigterm) {
  const auto control = open();
  EXPECT_FALSE(is_readable(control->fd()));
  raise_here(SIGTERM);
  EXPECT_TRUE(is_readable(control->fd()));
  EXPECT_EQ(control->take(), Command::kStop);
  EXPECT_EQ(control->take(), Command::kNone);
}

TEST_F(SignalControlTest, ReloadsOnSighupWhenTheNewConfigurationIsGood) {
  const auto control = open(true);
  raise_here(SIGHUP);
  EXPECT_EQ(control->take(), Command::kReload);
  EXPECT_EQ(asked_, 1);
}

TEST_F(SignalControlTest, GoesOnWhenTheNewConfigurationIsBad) {
  const auto control = open(false);
  raise_here(SIGHUP);
  EXPECT_EQ(control->take(), Command::kNone);
  EXPECT_EQ(asked_, 1);
}

TEST_F(SignalControlTest, LetsAStopWinOverAReloadAndReadsNothingForIt) {
  const auto control = open();
  raise_here(SIGHUP);
  raise_here(SIGTERM);
  EXPECT_EQ(control->take(), Command::kStop);
  EXPECT_EQ(asked_, 0);
}

TEST_F(SignalControlTest, LetsASecondInterruptEndTheProcessAtOnce) {
  const auto control = open();
  raise_here(SIGINT);
  EXPECT_EQ(control->take(), Command::kStop);
  sigset_t blocked;
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &blocked), 0);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 0);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
}

TEST_F(SignalControlTest, IgnoresBrokenPipes) {
  struct sigaction action {};
  ASSERT_EQ(sigaction(SIGPIPE, nullptr, &action), 0);
  EXPECT_EQ(action.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace moodlesync::ops
