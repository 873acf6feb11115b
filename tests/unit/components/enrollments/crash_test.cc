// We die between Moodle's answer and our commit, and the editor goes on working.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"
#include "components/enrollments/functions.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kRoster = kGetEnrolledUsers.name;

TEST(Crash, AStudentWhoWasEnrolledJustBeforeIsTakenOutWhenHisRegistrationIsGone) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run_and_die();
  course.moodle().on(kRoster, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

TEST(Crash, AStudentWhoWasEnrolledJustBeforeIsNotMailedAgain) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run_and_die();
  course.has(a_registration(1).of(12));
  course.moodle().on(kRoster, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), IsEmpty());
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=r");
}

TEST(Crash, AStudentWhoWasSuspendedJustBeforeIsLetInAgainWhenHeIsBack) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r").run_and_die();
  course.has(a_registration(1).of(12));
  course.moodle().on(kRoster, roster({}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Crash, AStudentWhoWasUnenrolledJustBeforeIsEnrolledAgainWhenHeIsBack) {
  EnrollmentsSource rules = the_rules();
  rules.removal = Removal::kUnenrol;
  CourseTest course(rules);
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r").run_and_die();
  course.has(a_registration(1).of(12));
  course.moodle().on(kRoster, roster({}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Crash, ARoleThatWasTakenJustBeforeIsGivenAgainWhenItIsWantedAgain) {
  CourseTest course;
  course.holds(112, "user=12 roles=3,5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12)).run_and_die();
  course.has(a_registration(1).of(12).with_role("3")).has(a_registration(2).of(12));
  course.moodle().on(kRoster, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112)));
}

TEST(Crash, ALostAnswerToAnUnenrolmentIsNoProofThatHeIsStillThere) {
  EnrollmentsSource rules = the_rules();
  rules.removal = Removal::kUnenrol;
  CourseTest course(rules);
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.moodle().on(kUnenrolUsers.name, fakes::lost_answer());
  course.run();
  course.now().is_in_doubt().has(a_registration(1).of(12));
  course.moodle().on(kRoster, roster({}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Crash, NothingIsStoredAheadWhenNothingIsSent) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12)).run_and_die();
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=r");
}

}  // namespace
}  // namespace moodlesync::enrollments
