#include "ops/status_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using Mood = StatusVerdict::Mood;
using State = Vitals::Side::State;
using std::chrono::seconds;
using testing::HasSubstr;

class StatusVerdictTest : public testing::Test {
 protected:
  StatusVerdictTest() {
    vitals_.phase = Phase::kWorking;
    vitals_.database.state = vitals_.moodle.state = State::kThere;
    queue_.is_taken = true;
  }
  void tasks(std::string state, std::string code, std::int64_t count, seconds oldest) {
    queue_.stats.tasks.push_back({"course", std::move(state), std::move(code), count, oldest});
  }
  [[nodiscard]] StatusVerdict verdict() const { return judge_status(vitals_, queue_, seconds{60}); }

  Vitals vitals_;
  QueueReading queue_;
};

TEST_F(StatusVerdictTest, SaysThatMoodleIsInStep) {
  EXPECT_EQ(verdict().mood, Mood::kGood);
  EXPECT_EQ(verdict().headline, "Moodle is in step");
}

TEST_F(StatusVerdictTest, SaysHowMuchIsToBeDoneAndForHowLong) {
  tasks("pending", "", 1234, seconds{90});
  EXPECT_EQ(verdict().mood, Mood::kBusy);
  EXPECT_EQ(verdict().headline, "Catching up: 1,234 changes to go");
  EXPECT_EQ(verdict().detail, "The oldest has waited for 90 s.");
  tasks("waiting", "waiting", 1, seconds{700});
  EXPECT_EQ(verdict().mood, Mood::kWarning);
}

TEST_F(StatusVerdictTest, SaysThatSomebodyIsNeeded) {
  tasks("parked", "taken", 1, seconds{90});
  EXPECT_EQ(verdict().headline, "In step, but 1 entry needs you");
  EXPECT_EQ(verdict().mood, Mood::kWarning);
}

TEST_F(StatusVerdictTest, PutsWhatIsGravestFirst) {
  tasks("parked", "taken", 1, seconds{90});
  queue_.held.emplace_back().removals = 40;
  EXPECT_THAT(verdict().headline, HasSubstr("40 removals held back"));
  vitals_.stopped["users"] = "the function is missing";
  EXPECT_THAT(verdict().headline, HasSubstr("users cannot work"));
  vitals_.moodle = {State::kAway, "http_503", "Moodle is in maintenance", {}};
  EXPECT_THAT(verdict().headline, HasSubstr("Moodle has been away"));
  EXPECT_EQ(verdict().detail, "Moodle is in maintenance");
  vitals_.database = {State::kAway, "", "no route", {}};
  EXPECT_THAT(verdict().headline, HasSubstr("database has been away"));
  vitals_.taken += seconds{100};
  EXPECT_EQ(verdict().headline, "The daemon hangs");
}

TEST_F(StatusVerdictTest, DoesNotClaimToBeInStepBeforeItHasLooked) {
  queue_.is_taken = false;
  EXPECT_EQ(verdict().mood, Mood::kBusy);
}

TEST_F(StatusVerdictTest, IsNotInStepWithoutAWordWhileEverythingIsPaused) {
  queue_.pauses = {{"", "upgrade of Moodle", seconds{300}}};
  EXPECT_EQ(verdict().mood, Mood::kWarning);
  EXPECT_EQ(verdict().headline, "Everything is paused");
  EXPECT_EQ(verdict().pauses, "everything for 5 min (upgrade of Moodle)");
  tasks("pending", "", 3, seconds{90});
  tasks("waiting", "waiting", 1, seconds{90});
  EXPECT_EQ(verdict().headline, "Everything is paused; 4 changes wait");
}

TEST_F(StatusVerdictTest, SaysWhatRestsWhileAComponentIsPaused) {
  queue_.pauses = {{"course", "", seconds{20}}};
  EXPECT_EQ(verdict().mood, Mood::kWarning);
  EXPECT_EQ(verdict().headline, "In step, but course is paused");
  EXPECT_EQ(verdict().pauses, "course for 20 s");
  tasks("pending", "", 12, seconds{900});
  EXPECT_EQ(verdict().headline, "12 changes wait: course is paused");
  queue_.stats.tasks.push_back({"users", "pending", "", 2, seconds{40}});
  EXPECT_EQ(verdict().mood, Mood::kBusy);
  EXPECT_EQ(verdict().headline, "Catching up: 2 changes to go");
  EXPECT_EQ(verdict().detail,
            "The oldest has waited for 40 s. 12 more wait for the end of a pause.");
  queue_.pauses.push_back({"users", "", seconds{20}});
  EXPECT_EQ(verdict().headline, "14 changes wait: course and users are paused");
}

TEST_F(StatusVerdictTest, TellsOfAPauseAlsoWhileThereIsGraverNews) {
  queue_.pauses = {{"course", "", seconds{20}}};
  queue_.held.emplace_back().removals = 40;
  EXPECT_THAT(verdict().headline, HasSubstr("40 removals held back"));
  EXPECT_EQ(verdict().pauses, "course for 20 s");
  queue_.pauses = {{"", "", seconds{20}}};
  vitals_.moodle = {State::kAway, "http_503", "Moodle is in maintenance", {}};
  EXPECT_THAT(verdict().headline, HasSubstr("Moodle has been away"));
  EXPECT_EQ(verdict().pauses, "everything for 20 s");
}

TEST_F(StatusVerdictTest, CountsWhatGoesOnToItsEndInSpiteOfAPause) {
  queue_.pauses = {{"course", "", seconds{20}}};
  tasks("running", "", 2, seconds{5});
  EXPECT_EQ(verdict().headline, "Catching up: 2 changes to go");
}

TEST_F(StatusVerdictTest, CountsHeldTasksOnce) {
  tasks("parked", "brake", 5, seconds{90});
  EXPECT_EQ(totals_of(queue_).parked, 0);
}

}  // namespace
}  // namespace moodlesync::ops
