#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kLook = "core_enrol_get_enrolled_users";

/// A course that nothing has been sent about.
CourseTest& first_contact(CourseTest& course) {
  course.link().sent.clear();
  return course;
}

TEST(FirstContact, MailsNobodyWhoIsEnrolledAlready) {
  CourseTest course;
  first_contact(course).has(a_registration(1).of(12)).has(a_registration(2).of(13));
  course.moodle().on(kLook, roster({{112, {5}}}));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=r");
}

TEST(FirstContact, AsksNothingAboutACourseThatMoodleHasJustMade) {
  CourseTest course;
  first_contact(course).has_student(12).knows_course_as(
      {.state = Counterpart::State::kKnown, .id = MoodleId{50}, .is_new = true});
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_EQ(course.moodle().calls().size(), 1U);
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(FirstContact, AsksAboutANewCourseWhenAnAnswerWasLost) {
  CourseTest course;
  first_contact(course).has_student(12).is_in_doubt().knows_course_as(
      {.state = Counterpart::State::kKnown, .id = MoodleId{50}, .is_new = true});
  course.moodle().on(kLook, roster({{112, {5}}}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(FirstContact, LooksOnlyForThoseWhoAreActive) {
  CourseTest course;
  first_contact(course).has_student(12);
  course.moodle().on(kLook, roster({{112, {5}}}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_EQ(fakes::written(course.moodle().row(0)),
            "courseid=50 options[0][name]=userfields options[0][value]=id,roles "
            "options[1][name]=onlyactive options[1][value]=1");
}

TEST(FirstContact, AddsOnlyTheRolesThatAreMissing) {
  CourseTest course;
  first_contact(course).has_student(12).has_teacher(12);
  course.moodle().on(kLook, roster({{112, {3, 4}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(FirstContact, SendsDatesSinceMoodleCannotTellThem) {
  CourseTest course;
  first_contact(course).has(a_registration(1).of(12).until("200"));
  course.moodle().on(kLook, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-200")));
}

TEST(FirstContact, GoesOnWithoutTheRightToLook) {
  CourseTest course;
  first_contact(course).has_student(12);
  course.moodle().on(kLook, Error{ErrorKind::kConfig, "nopermissions", "no"});
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(FirstContact, WaitsForAMoodleThatIsAway) {
  CourseTest course;
  first_contact(course).has_student(12);
  course.moodle().on(kLook, Error{ErrorKind::kUnavailable, "sitemaintenance", "later"});
  EXPECT_EQ(std::get<Error>(course.run()).kind, ErrorKind::kUnavailable);
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(FirstContact, BelievesNoReadThatCannotBeTrusted) {
  CourseTest course;
  first_contact(course).has_student(12);
  course.moodle().trust_reads(false);
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(FirstContact, SkipsACourseThatMoodleDoesNotKnow) {
  CourseTest course;
  first_contact(course).has_student(12);
  course.moodle().on(kLook, fakes::refusal("invalidrecordunknown"));
  EXPECT_EQ(std::get<Skipped>(course.run()).reason, "unknown_id");
}

TEST(FirstContact, HappensAgainWhenTheEntityHasAnotherCourse) {
  CourseTest course;
  course.has_student(12).run();
  course.now().knows_course_as(fakes::known(51)).has_student(12);
  course.moodle().on(kLook, roster({}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
  EXPECT_EQ(course.link().sent["course"], "51");
}

TEST(InDoubt, WhatHasLandedIsNotSentAgain) {
  CourseTest course;
  course.holds(112, "user=12 roles= doubtful=5 by=p").is_in_doubt().has_student(12);
  course.moodle().on(kLook, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), IsEmpty());
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=p");
}

TEST(InDoubt, WhatHasNotLandedIsSentAgain) {
  CourseTest course;
  course.holds(112, "user=12 roles= doubtful=5 by=p").is_in_doubt().has_student(12);
  course.moodle().on(kLook, roster({}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(InDoubt, DatesAreSentAgainWhereTheyMayHaveBeenOthers) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 by=r").is_in_doubt().has(a_registration(1).of(12));
  course.moodle().on(kLook, roster({{112, {5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(InDoubt, ARoleThatMayHaveLandedAndIsNoLongerWantedIsTakenAway) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 doubtful=3 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(unassign(3, 112)));
}

TEST(InDoubt, NobodyLooksWhenNothingIsToBeSent) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=p").is_in_doubt();
  course.has_student(12).run();
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

TEST(Comparing, EnrolsAgainWhoeverSomebodyTookOutInMoodle) {
  CourseTest course;
  course.verifies().has_student(12).has_student(13);
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=p");
  course.holds(113, "user=13 roles=5 start=0 end=0 suspended=0 by=p");
  course.moodle().on(kLook, roster({{113, {5}}}));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Comparing, GivesARoleBackThatSomebodyTookAway) {
  CourseTest course;
  course.verifies().has_student(12).has_teacher(12);
  course.holds(112, "user=12 roles=3,5 start=0 end=0 suspended=0 by=p");
  course.moodle().on(kLook, roster({{112, {5, 9}}}));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112)));
}

TEST(Comparing, CannotTellOfThoseWhoAreNotAlwaysActive) {
  CourseTest course;
  course.verifies().has(a_registration(1).of(12).until("200"));
  course.holds(112, "user=12 roles=5 start=0 end=200 suspended=0 by=r");
  course.moodle().on(kLook, roster({}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
}

TEST(Comparing, FindsNothingWhereAllIsAsItWasTold) {
  CourseTest course;
  course.verifies().has_student(12);
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=p");
  course.moodle().on(kLook, roster({{112, {5}}, {200, {3}}}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.writes(), IsEmpty());
}

}  // namespace
}  // namespace moodlesync::enrollments
