#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

EnrollmentsSource only_complete_counts() {
  EnrollmentsSource rules = the_rules();
  rules.registrations[0].active_states = {"complete"};
  return rules;
}

TEST(Registration, EnrolsItsUserWithTheDefaultRole) {
  CourseTest course;
  course.has(a_registration(1).of(12));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=r");
}

TEST(Registration, SendsTimesAndSuspensionEvenWhenThereAreNone) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run();
  EXPECT_EQ(fakes::written(course.moodle().row(0)),
            "roleid=5 userid=112 courseid=50 timestart=0 timeend=0 suspend=0");
}

TEST(Registration, TravelsWithOthersOfItsCourseAndNeverBesideOthersOfItsUser) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run();
  EXPECT_EQ(course.moodle().calls()[0].key, "user:112");
  EXPECT_EQ(course.moodle().calls()[0].group, "course:50");
  EXPECT_EQ(course.moodle().calls()[0].order, 112);
}

TEST(Registration, GivesTheRolesOfItsTerms) {
  CourseTest course;
  course.has(a_registration(1).of(12).with_role("3").with_role("4")).run();
  EXPECT_THAT(course.writes(), UnorderedElementsAre(enrol(3, 112), enrol(4, 112)));
}

TEST(Registration, IgnoresTermsWithoutTheNumberOfARole) {
  CourseTest course;
  course.has(a_registration(1).of(12).with_role("").with_role("ignore").with_role("4")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(4, 112)));
}

TEST(Registration, GivesTheDefaultRoleWhenNoTermHasANumber) {
  EnrollmentsSource rules = the_rules();
  rules.default_role = MoodleId{9};
  CourseTest course(rules);
  course.has(a_registration(1).of(12).with_role("ignore")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(9, 112)));
}

TEST(Registration, ThatChangesNothingSendsNothing) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run();
  course.now().has(a_registration(1).of(12));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(Registration, WithAnotherRoleEnrolsTheNewAndUnassignsTheOld) {
  CourseTest course;
  course.has(a_registration(1).of(12).with_role("5")).run();
  course.now().has(a_registration(1).of(12).with_role("3")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112), unassign(5, 112)));
  EXPECT_EQ(course.held(112), "user=12 roles=3 start=0 end=0 suspended=0 by=r");
}

TEST(Registration, UnassignsInTheContextOfTheCourse) {
  CourseTest course;
  course.holds(112, "user=12 roles=3,5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12).with_role("3")).run();
  EXPECT_EQ(fakes::written(course.moodle().row(0)),
            "roleid=5 userid=112 contextlevel=course instanceid=50");
}

TEST(Registration, EnrolsFromItsStartToItsEnd) {
  CourseTest course;
  course.has(a_registration(1).of(12).from("100").until("200")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "100-200")));
}

TEST(Registration, WithOtherDatesSendsOneRowWithARoleThatTheUserHas) {
  CourseTest course;
  course.has(a_registration(1).of(12).with_role("3").with_role("4").until("200")).run();
  course.now().has(a_registration(1).of(12).with_role("3").with_role("4").until("300")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112, "0-300")));
}

TEST(Registration, WithoutItsDatesLiftsThem) {
  CourseTest course;
  course.has(a_registration(1).of(12).from("100").until("200")).run();
  course.now().has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0")));
}

TEST(Registration, WhoseDateIsNoneIsReportedAndLeavesItsUserAsHeIs) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12).with("field_end", {.text = "next year"}));
  course.has(a_registration(2).of(13));
  const Outcome outcome = course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
  EXPECT_EQ(std::get<Error>(outcome).code, "not_a_date");
  EXPECT_THAT(std::get<Error>(outcome).message,
              testing::HasSubstr("user:12: field field_end of registration:1 holds no date"));
  EXPECT_NE(course.held(112), "");
}

TEST(Registration, TwoOfOneUserAreOneEnrolmentFromTheEarliestToTheLatest) {
  CourseTest course;
  course.has(a_registration(1).of(12).from("100").until("200"));
  course.has(a_registration(2).of(12).from("50").until("150")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "50-200")));
}

TEST(Registration, WithoutLimitsLiftsThoseOfAnother) {
  CourseTest course;
  course.has(a_registration(1).of(12).from("100").until("200"));
  course.has(a_registration(2).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0")));
}

TEST(Registration, InAnyStateEnrolsUnlessStatesAreConfigured) {
  CourseTest course;
  course.has(a_registration(1).of(12).in_state("canceled")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Registration, ThatIsCancelledSuspends) {
  CourseTest course(only_complete_counts());
  course.has(a_registration(1).of(12)).run();
  course.now().has(a_registration(1).of(12).in_state("canceled")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

TEST(Registration, ThatIsCancelledUnenrolsWhereThatIsConfigured) {
  EnrollmentsSource rules = only_complete_counts();
  rules.removal = Removal::kUnenrol;
  CourseTest course(rules);
  course.has(a_registration(1).of(12)).run();
  course.now().has(a_registration(1).of(12).in_state("canceled")).run();
  EXPECT_THAT(course.writes(), ElementsAre(unenrol(112)));
}

TEST(Registration, ThatWasNeverActiveEnrolsNobodyOnlyToSuspendHim) {
  CourseTest course(only_complete_counts());
  course.has(a_registration(1).of(12).in_state("pending"));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

TEST(Registration, ThatIsActiveAgainLiftsTheSuspension) {
  CourseTest course(only_complete_counts());
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=1 by=r");
  course.has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0")));
}

TEST(Registration, OfAnotherTypeIsNotOurs) {
  EnrollmentsSource rules = the_rules();
  rules.registrations[0].type = "excursion";
  CourseTest course(rules);
  course.has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(Registration, OfSomebodyWithoutAnAccountEnrolsNobody) {
  CourseTest course;
  course.has(a_registration(1).of_nobody());
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
}

TEST(Registration, ThatIsHandedToAnotherUserEnrolsHimAndSuspendsTheFirst) {
  CourseTest course;
  course.has(a_registration(1).of(12)).run();
  course.now().has(a_registration(1).of(13)).run();
  EXPECT_THAT(course.writes(), UnorderedElementsAre(enrol(5, 113), enrol(5, 112, "0-0 suspended")));
}

}  // namespace
}  // namespace moodlesync::enrollments
