#include "engine/newcomers.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using namespace std::chrono_literals;

TEST(Newcomers, AreNewForAnHour) {
  fakes::FakeClock clock;
  Newcomers newcomers(clock);
  newcomers.note("course", MoodleId{7});
  EXPECT_TRUE(newcomers.contains("course", MoodleId{7}));
  clock.advance(59min);
  EXPECT_TRUE(newcomers.contains("course", MoodleId{7}));
  clock.advance(1min);
  EXPECT_FALSE(newcomers.contains("course", MoodleId{7}));
}

TEST(Newcomers, AreNoNewsToAnotherComponent) {
  fakes::FakeClock clock;
  Newcomers newcomers(clock);
  newcomers.note("course", MoodleId{7});
  EXPECT_FALSE(newcomers.contains("category", MoodleId{7}));
  EXPECT_FALSE(newcomers.contains("course", MoodleId{8}));
}

TEST(Newcomers, KeepTheirTimeWhenOthersCome) {
  fakes::FakeClock clock;
  Newcomers newcomers(clock);
  newcomers.note("course", MoodleId{7});
  clock.advance(30min);
  newcomers.note("course", MoodleId{8});
  clock.advance(31min);
  newcomers.note("course", MoodleId{9});
  EXPECT_FALSE(newcomers.contains("course", MoodleId{7}));
  EXPECT_TRUE(newcomers.contains("course", MoodleId{8}));
}

}  // namespace
}  // namespace moodlesync::engine
