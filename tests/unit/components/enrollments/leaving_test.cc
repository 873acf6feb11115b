#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kEnrolled = "user=12 roles=5 start=100 end=200 suspended=0 by=r";

EnrollmentsSource that_unenrol() {
  EnrollmentsSource rules = the_rules();
  rules.removal = Removal::kUnenrol;
  return rules;
}

TEST(Leaving, ADeletedRegistrationSuspendsAndKeepsTheDates) {
  CourseTest course;
  course.holds(112, kEnrolled);
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "100-200 suspended")));
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=100 end=200 suspended=1 by=r");
}

TEST(Leaving, WhoIsSuspendedIsNotSuspendedAgain) {
  CourseTest course;
  course.holds(112, kEnrolled).run();
  course.now();
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(Leaving, ADeletedRegistrationUnenrolsWhereThatIsConfigured) {
  CourseTest course(that_unenrol());
  course.holds(112, kEnrolled).run();
  EXPECT_THAT(course.writes(), ElementsAre(unenrol(112)));
  EXPECT_EQ(course.held(112), "");
}

TEST(Leaving, RemovingOneOfTwoRegistrationsKeepsTheEnrolment) {
  CourseTest course;
  course.has(a_registration(1).of(12)).has(a_registration(2).of(12)).run();
  course.now().has(a_registration(2).of(12)).run();
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(Leaving, RemovingTheRegistrationOfAParticipantTakesOnlyItsRole) {
  CourseTest course;
  course.has(a_registration(1).of(12).with_role("5")).has_teacher(12).run();
  course.now().has_teacher(12).run();
  EXPECT_THAT(course.writes(), ElementsAre(unassign(5, 112)));
  EXPECT_EQ(course.held(112), "user=12 roles=3 start=0 end=0 suspended=0 by=p");
}

TEST(Leaving, RemovingAReasonWithTheSameRoleCallsNobody) {
  CourseTest course;
  course.has(a_registration(1).of(12)).has_student(12).run();
  course.now().has_student(12);
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=p");
}

TEST(Leaving, WhoLosesBothReasonsGoesByTheRegistrationsRule) {
  CourseTest course(that_unenrol());
  course.has(a_registration(1).of(12)).has_student(12).run();
  course.now().run();
  EXPECT_THAT(course.writes(), ElementsAre(unenrol(112)));
}

TEST(Leaving, ADeletedAccountIsNoReasonAnyMore) {
  CourseTest course;
  course.holds(112, kEnrolled).lost_user(12).has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "100-200 suspended")));
}

TEST(Leaving, WhoIsGoneFromMoodleTooIsForgotten) {
  CourseTest course;
  course.holds(112, kEnrolled);
  course.moodle().on("enrol_manual_enrol_users", fakes::refusal("userdeleted"));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_EQ(course.held(112), "");
}

TEST(Leaving, WhoIsGoneFromMoodleTooIsUnenrolledAlready) {
  CourseTest course(that_unenrol());
  course.holds(112, kEnrolled);
  course.moodle().on("enrol_manual_unenrol_users", fakes::refusal("invalidrecordunknown"));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_EQ(course.held(112), "");
}

TEST(Leaving, WhoseEnrolmentIsInDoubtIsNotEnrolledOnlyToBeSuspended) {
  CourseTest course;
  course.holds(112, "user=12 roles= doubtful=5 by=r");
  course.moodle().on("core_enrol_get_enrolled_users", roster({{113, {5}}}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
  EXPECT_EQ(course.held(112), "");
}

TEST(Leaving, WhoseEnrolmentIsInDoubtIsSuspendedWhenMoodleHasIt) {
  CourseTest course;
  course.holds(112, "user=12 roles= doubtful=5 by=r");
  course.moodle().on("core_enrol_get_enrolled_users", roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

TEST(Leaving, AnAccountWithAnotherMoodleIdIsEnrolledAnewAndTheOldOneSuspended) {
  CourseTest course;
  course.holds(112, kEnrolled).knows_user_as(12, fakes::known(912));
  course.has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(),
              testing::UnorderedElementsAre(enrol(5, 912), enrol(5, 112, "100-200 suspended")));
}

}  // namespace
}  // namespace moodlesync::enrollments
