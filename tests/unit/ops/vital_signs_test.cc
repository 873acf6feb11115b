#include "ops/vital_signs.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::ops {
namespace {

using State = Vitals::Side::State;
using std::chrono::minutes;
using std::chrono::seconds;

class VitalSignsTest : public testing::Test {
 protected:
  static Turn good_turn() {
    Turn turn;
    turn.moodle_ready = true;
    return turn;
  }
  void end(const Outcome& outcome, Settlement::State state = Settlement::State::kDone) {
    Settlement settlement;
    settlement.state = state;
    const TaskKey key{"course", "main", {"node", 12}};
    signs_.ended({key, outcome, settlement});
  }
  fakes::FakeClock clock_;
  VitalSigns signs_{clock_};
};

TEST_F(VitalSignsTest, IsReadyOnlyWhenBothSidesAreThere) {
  EXPECT_FALSE(signs_.read().is_ready());
  signs_.entered(Phase::kWorking, nullptr);
  signs_.turned({});
  EXPECT_FALSE(signs_.read().is_ready()) << "Moodle has not answered yet";
  signs_.turned(good_turn());
  EXPECT_TRUE(signs_.read().is_ready());
  EXPECT_TRUE(signs_.read().guard_passed);
}

TEST_F(VitalSignsTest, KnowsHowLongTheLoopHasNotTurned) {
  signs_.turned(good_turn());
  clock_.advance(seconds{40});
  EXPECT_EQ(signs_.read().since_progress(), seconds{40});
  signs_.turned(good_turn());
  EXPECT_EQ(signs_.read().since_progress(), seconds{0});
}

TEST_F(VitalSignsTest, KeepsOutagesWithTheirReasonsAndEnds) {
  signs_.turned(good_turn());
  const Error down{ErrorKind::kUnavailable, "http_503", "Moodle is in maintenance"};
  Turn away;
  away.moodle = &down;
  signs_.turned(away);
  signs_.turned(away);
  EXPECT_EQ(signs_.read().moodle.state, State::kAway);
  ASSERT_EQ(signs_.read().outages.size(), 1U);
  EXPECT_FALSE(signs_.read().outages[0].ended);
  clock_.advance(seconds{30});
  signs_.turned(good_turn());
  const Vitals vitals = signs_.read();
  EXPECT_EQ(vitals.moodle.state, State::kThere);
  EXPECT_EQ(vitals.outages[0].reason, "Moodle is in maintenance");
  ASSERT_TRUE(vitals.outages[0].ended.has_value());
  EXPECT_EQ(*vitals.outages[0].ended - vitals.outages[0].began, seconds{30});
}

TEST_F(VitalSignsTest, RemembersABoundedNumberOfOutages) {
  const Error down{ErrorKind::kUnavailable, "http_503", "away"};
  Turn away;
  away.moodle = &down;
  for (int i = 0; i < 100; ++i) {
    signs_.turned(good_turn());
    signs_.turned(away);
  }
  EXPECT_EQ(signs_.read().outages.size(), Vitals::kMostOutages);
}

TEST_F(VitalSignsTest, TellsWhyItCannotStart) {
  const Error down{ErrorKind::kUnavailable, "database_unavailable", "no route to host"};
  signs_.entered(Phase::kStarting, &down);
  EXPECT_EQ(signs_.read().hindrance, "no route to host");
  EXPECT_EQ(signs_.read().database.state, State::kAway);
  EXPECT_FALSE(signs_.read().guard_passed);
}

TEST_F(VitalSignsTest, CountsWhatEndedMinuteByMinute) {
  end(Synced{});
  end(Error{ErrorKind::kRejected, "taken", "taken"}, Settlement::State::kParked);
  clock_.advance(minutes{2});
  end(Unchanged{});
  Vitals vitals = signs_.read();
  EXPECT_EQ(vitals.minutes[57].done, 1);
  EXPECT_EQ(vitals.minutes[57].failed, 1);
  EXPECT_EQ(vitals.minutes[59].done, 1);
  EXPECT_EQ(vitals.outcomes["course"]["synced"], 1);
  EXPECT_EQ(vitals.outcomes["course"]["rejected"], 1);
  clock_.advance(minutes{59});
  vitals = signs_.read();
  EXPECT_EQ(vitals.minutes[0].done, 1) << "what is over an hour ago is gone";
  EXPECT_EQ(vitals.minutes[59].done, 0);
}

TEST_F(VitalSignsTest, ForgetsTheHourWhenNothingHappenedForLonger) {
  end(Synced{});
  clock_.advance(minutes{200});
  for (const Vitals::Minute& minute : signs_.read().minutes) EXPECT_EQ(minute.done, 0);
}

}  // namespace
}  // namespace moodlesync::ops
