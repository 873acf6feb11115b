#include "engine/breaker.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;

class BreakerTest : public testing::Test {
 protected:
  moodlesync::fakes::FakeClock clock_;
  Breaker breaker_{clock_};
  Error away_{ErrorKind::kUnavailable, "http_503", "maintenance"};
};

TEST_F(BreakerTest, WantsAProbeBeforeItLetsAnythingThrough) {
  EXPECT_FALSE(breaker_.lets_through());
  EXPECT_TRUE(breaker_.wants_probe());
}

TEST_F(BreakerTest, SaysOnceThatAnOutageBeganAndOnceThatItIsOver) {
  EXPECT_FALSE(breaker_.succeed());
  EXPECT_TRUE(breaker_.fail(away_));
  EXPECT_FALSE(breaker_.fail(away_));
  EXPECT_TRUE(breaker_.succeed());
  EXPECT_FALSE(breaker_.succeed());
}

TEST_F(BreakerTest, RestsLongerAfterEachFailedProbeUpToALimit) {
  for (int i = 0; i < 20; ++i) (void)breaker_.fail(away_);
  EXPECT_FALSE(breaker_.wants_probe());
  clock_.advance(seconds{29});
  EXPECT_FALSE(breaker_.wants_probe());
  clock_.advance(seconds{2});
  EXPECT_TRUE(breaker_.wants_probe());
}

TEST_F(BreakerTest, HeedsRetryAfterButNotForDays) {
  away_.retry_after = std::chrono::hours{48};
  (void)breaker_.fail(away_);
  clock_.advance(seconds{299});
  EXPECT_FALSE(breaker_.wants_probe());
  clock_.advance(seconds{2});
  EXPECT_TRUE(breaker_.wants_probe());
}

}  // namespace
}  // namespace moodlesync::engine
