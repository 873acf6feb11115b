#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Waiting, ARegistrationWhoseUserIsNotInMoodleYetWaitsAndThenLands) {
  CourseTest course;
  course.knows_user_as(12, fakes::pending()).has(a_registration(1).of(12));
  const Outcome first = course.run();
  EXPECT_EQ(std::get<moodlesync::Waiting>(first).component, "users");
  EXPECT_EQ(std::get<moodlesync::Waiting>(first).entity, (EntityRef{"user", 12}));
  EXPECT_THAT(course.writes(), IsEmpty());

  course.knows_user_as(12, fakes::known(112));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Waiting, OneMissingUserDoesNotHoldUpTheOthers) {
  CourseTest course;
  course.knows_user_as(12, fakes::pending()).knows_user_as(14, fakes::pending());
  course.has(a_registration(1).of(14)).has(a_registration(2).of(12)).has_student(13);
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<moodlesync::Waiting>(outcome).entity, (EntityRef{"user", 14}));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
}

TEST(Waiting, AMissingUserIsLeftAsHeIs) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.knows_user_as(12, fakes::pending()).has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), IsEmpty());
  EXPECT_NE(course.held(112), "");
}

TEST(Waiting, IsForTheCourseFirst) {
  CourseTest course;
  course.knows_course_as(fakes::pending()).has_student(12);
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<moodlesync::Waiting>(outcome).component, "course");
  EXPECT_EQ(std::get<moodlesync::Waiting>(outcome).entity, (EntityRef{"node", 1}));
  EXPECT_EQ(std::get<moodlesync::Waiting>(outcome).bundle, "course");
}

TEST(Waiting, IsNotForACourseThatNobodyIsIn) {
  CourseTest course;
  course.knows_course_as(fakes::pending());
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
}

TEST(Waiting, IsNoReasonToForgetWhoElseWasRefused) {
  CourseTest course;
  course.knows_user_as(12, fakes::pending()).has_student(12).has_student(13);
  course.moodle().on("enrol_manual_enrol_users", fakes::refusal("userdeleted"));
  EXPECT_TRUE(std::holds_alternative<moodlesync::Waiting>(course.run()));
  course.knows_user_as(12, fakes::known(112));
  course.moodle().on("enrol_manual_enrol_users", Json(nullptr));
  course.moodle().on("enrol_manual_enrol_users", fakes::refusal("userdeleted"));
  EXPECT_THAT(std::get<Error>(course.run()).message, HasSubstr("user:13 (113)"));
}

TEST(Skipping, ACourseThatWillNotBeInMoodleTellsHowManyAreLeftOut) {
  CourseTest course;
  course.knows_course_as(fakes::nobody());
  course.has(a_registration(1).of(12)).has(a_registration(2).of(13)).has_student(14);
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<Skipped>(outcome).reason, "no_course");
  EXPECT_THAT(std::get<Skipped>(outcome).detail,
              HasSubstr("2 registrations and 1 participant left out"));
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

TEST(Skipping, AnOptedOutCourseIsLeftAlone) {
  CourseTest course;
  course.knows_course_as(fakes::opted_out()).has_student(12);
  EXPECT_EQ(std::get<Skipped>(course.run()).reason, "opted_out");
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

TEST(Skipping, AnOptedOutUserIsNotEnrolled) {
  CourseTest course;
  course.knows_user_as(12, fakes::opted_out()).has_student(12).has_student(13);
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
}

TEST(Skipping, AUserWhoOptsOutStaysExactlyAsHeIs) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.knows_user_as(12, fakes::opted_out()).has(a_registration(1).of(12).with_role("3")).run();
  EXPECT_THAT(course.writes(), IsEmpty());
  course.now().run();
  EXPECT_THAT(course.writes(), IsEmpty());
  EXPECT_EQ(course.held(112), "");
}

TEST(Skipping, AUserWhoOptsInAgainIsBroughtInStep) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=ro");
  course.has(a_registration(1).of(12).with_role("3")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112), unassign(5, 112)));
  EXPECT_EQ(course.held(112), "user=12 roles=3 start=0 end=0 suspended=0 by=r");
}

TEST(Skipping, AUserWhomNobodyGivesAMoodleIdIsLeftOut) {
  CourseTest course;
  course.knows_user_as(12, fakes::nobody()).has(a_registration(1).of(12));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

}  // namespace
}  // namespace moodlesync::enrollments
