#include "app/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/ports/fake_ports.h"

namespace moodlesync::app {
namespace {

using std::chrono::seconds;

TEST(Progress, ShowsABarWithRateAndTimeLeftOnATerminal) {
  std::ostringstream out;
  fakes::FakeClock clock;
  {
    Progress progress(out, Progress::On::kTerminal, "Queueing", clock);
    progress.show({0, 4000});
    clock.advance(seconds{2});
    progress.show({1000, 4000});
  }
  EXPECT_NE(out.str().find("\rQueueing [======                  ] 1,000 of 4,000 (25%), 500/s, 7s "
                           "left"),
            std::string::npos)
      << out.str();
  EXPECT_TRUE(out.str().ends_with("\n"));
}

TEST(Progress, WritesAPlainLineNowAndThenElsewhere) {
  std::ostringstream out;
  fakes::FakeClock clock;
  Progress progress(out, Progress::On::kFile, "Queueing", clock);
  progress.show({0, 40'000});
  clock.advance(seconds{5});
  progress.show({10'000, 40'000});
  EXPECT_EQ(out.str(), "");
  clock.advance(seconds{5});
  progress.show({20'000, 40'000});
  EXPECT_EQ(out.str(), "Queueing: 20,000 of 40,000 (50%), 2,000/s, 11s left\n");
}

TEST(Progress, CountsTheRateFromWhereItBegan) {
  std::ostringstream out;
  fakes::FakeClock clock;
  Progress progress(out, Progress::On::kFile, "Queueing", clock);
  progress.show({30'000, 40'000});
  clock.advance(seconds{10});
  progress.show({31'000, 40'000});
  EXPECT_EQ(out.str(), "Queueing: 31,000 of 40,000 (77%), 100/s, 91s left\n");
}

TEST(Progress, LivesWithATotalThatWasTooSmall) {
  std::ostringstream out;
  fakes::FakeClock clock;
  Progress progress(out, Progress::On::kTerminal, "Queueing", clock);
  progress.show({0, 0});
  clock.advance(seconds{1});
  progress.show({5, 0});
  EXPECT_NE(out.str().find("5 of 5 (100%)"), std::string::npos) << out.str();
}

TEST(Progress, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(grouped(-1000), "-1,000");
}

}  // namespace
}  // namespace moodlesync::app
