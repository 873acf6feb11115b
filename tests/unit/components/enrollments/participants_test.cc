#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kStudent = " roles=5 start=0 end=0 suspended=0 by=p";

CourseTest& three_students(CourseTest& course) {
  for (const int user : {12, 13, 14}) {
    course.holds(100 + user, "user=" + std::to_string(user) + kStudent);
  }
  return course;
}

EnrollmentsSource that_only_unassign() {
  EnrollmentsSource rules = the_rules();
  rules.participant_removal = Removal::kUnassign;
  return rules;
}

TEST(Participants, OfEachFieldGetItsRole) {
  CourseTest course;
  course.has_student(12).has_student(13).has_teacher(14).run();
  EXPECT_THAT(course.writes(), UnorderedElementsAre(enrol(5, 112), enrol(5, 113), enrol(3, 114)));
}

TEST(Participants, InTwoFieldsGetBothRoles) {
  CourseTest course;
  course.has_student(12).has_teacher(12).run();
  EXPECT_THAT(course.writes(), UnorderedElementsAre(enrol(3, 112), enrol(5, 112)));
}

TEST(Participants, WhoAreAddedLeaveTheOthersAlone) {
  CourseTest course;
  course.has_student(12).run();
  course.now().has_student(12).has_student(13).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
}

TEST(Participants, ThreeRemovedAtOnceAreAllUnenrolledAfterOneLook) {
  CourseTest course;
  three_students(course);
  course.moodle().on("core_enrol_get_enrolled_users",
                     roster({{112, {5}}, {113, {5}}, {114, {5}}, {115, {3}}}));
  EXPECT_TRUE(std::holds_alternative<Synced>(course.run()));
  EXPECT_THAT(course.writes(), UnorderedElementsAre(unenrol(112), unenrol(113), unenrol(114)));
  EXPECT_EQ(course.moodle().calls().size(), 4U);
  EXPECT_THAT(course.link().sent, ElementsAre(testing::Pair("course", "50")));
}

TEST(Participants, TheLookAsksOnlyForWhatItNeeds) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent);
  course.moodle().on("core_enrol_get_enrolled_users", roster({}));
  course.run();
  EXPECT_EQ(fakes::written(course.moodle().row(0)),
            "courseid=50 options[0][name]=userfields options[0][value]=id,roles");
}

TEST(Participants, WhoHoldAnotherRoleAreSuspendedWhenRemoved) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent);
  course.moodle().on("core_enrol_get_enrolled_users", roster({{112, {4, 5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

TEST(Participants, WhoHoldAnotherRoleOnlyLoseOursWhereThatIsConfigured) {
  CourseTest course(that_only_unassign());
  course.holds(112, std::string("user=12") + kStudent);
  course.moodle().on("core_enrol_get_enrolled_users", roster({{112, {4, 5}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(unassign(5, 112)));
  EXPECT_EQ(course.held(112), "");
}

TEST(Participants, WhoLostOurRoleInMoodleAndHoldNoneAreUnenrolled) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent);
  course.moodle().on("core_enrol_get_enrolled_users", roster({{112, {}}}));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(unenrol(112)));
}

TEST(Participants, WhoAreNotEnrolledAnyMoreNeedNoCall) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent);
  course.moodle().on("core_enrol_get_enrolled_users", roster({}));
  EXPECT_TRUE(std::holds_alternative<Unchanged>(course.run()));
  EXPECT_EQ(course.held(112), "");
}

TEST(Participants, AreNotRemovedWhileReadsCannotBeTrusted) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent).has_student(13);
  course.moodle().trust_reads(false);
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<Error>(outcome).kind, ErrorKind::kTransient);
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
  EXPECT_NE(course.held(112), "");
}

TEST(Participants, AreNotRemovedWhenTheLookIsRefused) {
  CourseTest course;
  course.holds(112, std::string("user=12") + kStudent).has_student(13);
  course.moodle().on("core_enrol_get_enrolled_users",
                     Error{ErrorKind::kConfig, "nopermissions", "no right to see"});
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<Error>(outcome).code, "nopermissions");
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 113)));
}

TEST(Participants, WithACancelledRegistrationGoByTheRegistrationsRule) {
  EnrollmentsSource rules = the_rules();
  rules.registrations[0].active_states = {"complete"};
  CourseTest course(rules);
  course.holds(112, std::string("user=12") + kStudent);
  course.has(a_registration(1).of(12).in_state("canceled")).run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

}  // namespace
}  // namespace moodlesync::enrollments
