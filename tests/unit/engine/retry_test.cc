#include "engine/retry.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::milliseconds;

class RetryBudgetTest : public testing::Test {
 protected:
  int granted(int wanted) {
    int count = 0;
    for (int i = 0; i < wanted; ++i) count += budget_.take() ? 1 : 0;
    return count;
  }
  void converse(int times) {
    for (int i = 0; i < times; ++i) budget_.note_conversation();
  }
  EngineSettings settings_;
  fakes::FakeClock clock_;
  RetryBudget budget_{settings_, clock_};
};

TEST_F(RetryBudgetTest, AllowsAFewRetriesOnAQuietSite) { EXPECT_EQ(granted(100), 10); }

TEST_F(RetryBudgetTest, AllowsAShareOfTheConversations) {
  converse(1000);
  EXPECT_EQ(granted(1000), 10 + 200);
}

TEST_F(RetryBudgetTest, TellsWhatIsLeft) {
  converse(100);
  EXPECT_EQ(budget_.left(), 10 + 20);
  (void)granted(12);
  EXPECT_EQ(budget_.left(), 18);
  (void)granted(100);
  EXPECT_EQ(budget_.left(), 0);
  clock_.advance(settings_.retry_window * 5);
  EXPECT_EQ(budget_.left(), 10) << "a new window, though nobody has asked since";
}

TEST_F(RetryBudgetTest, AllowsNewOnesWithEachWindow) {
  converse(1000);
  (void)granted(1000);
  clock_.advance(settings_.retry_window);
  EXPECT_EQ(granted(1000), 10 + 200) << "the window before still counts";
  clock_.advance(settings_.retry_window);
  EXPECT_EQ(granted(1000), 10);
}

TEST_F(RetryBudgetTest, ForgetsConversationsOfLongAgo) {
  converse(1000);
  clock_.advance(settings_.retry_window * 5);
  EXPECT_EQ(granted(1000), 10);
}

TEST_F(RetryBudgetTest, SpreadsTheOthersOverTheSecondHalfOfTheCap) {
  Random random{3};
  for (int i = 0; i < 200; ++i) {
    const milliseconds later = budget_.later(random);
    EXPECT_GE(later, settings_.retry_cap / 2);
    EXPECT_LE(later, settings_.retry_cap);
  }
}

TEST(Backoff, StaysUnderItsGrowingCappedLimit) {
  EngineSettings settings;
  settings.retry_base = milliseconds{100};
  settings.retry_cap = milliseconds{1'000};
  Random random{2};
  for (int round = 0; round < 200; ++round) {
    EXPECT_LE(backoff(settings, 1, random).count(), 100);
    EXPECT_LE(backoff(settings, 3, random).count(), 400);
    EXPECT_LE(backoff(settings, 60, random).count(), 1'000);
  }
}

TEST(Backoff, UsesAllOfTheTimeBelowItsLimit) {
  EngineSettings settings;
  settings.retry_base = milliseconds{1'000};
  Random random{2};
  milliseconds shortest{1'000};
  milliseconds longest{0};
  for (int round = 0; round < 1'000; ++round) {
    const milliseconds time = backoff(settings, 1, random);
    shortest = std::min(shortest, time);
    longest = std::max(longest, time);
  }
  EXPECT_LT(shortest, milliseconds{50});
  EXPECT_GT(longest, milliseconds{950});
}

}  // namespace
}  // namespace moodlesync::engine
