#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kEnrol = "enrol_manual_enrol_users";
constexpr std::string_view kUnassign = "core_role_unassign_roles";

/// Refuses the rows of one user with `error`.
void refuse(CourseTest& course, const std::string& user, const Error& error) {
  course.moodle().always(kEnrol, [user, error](const Call& call) -> Result<Json> {
    if (call.row.get("userid") == user) return error;
    return Json(nullptr);
  });
}

TEST(Errors, AMissingUserIsNamedAndTheOthersAreEnrolled) {
  CourseTest course;
  course.has_student(12).has_student(13).has_student(14);
  refuse(course, "113", fakes::refusal("userdeleted", "Jane Doe is gone"));
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<Error>(outcome).kind, ErrorKind::kRejected);
  EXPECT_EQ(std::get<Error>(outcome).code, "user_gone");
  EXPECT_EQ(std::get<Error>(outcome).message,
            "enrolments of node:1 (50): user:13 (113): the account does not exist in Moodle any "
            "more [user_gone]");
  EXPECT_NE(course.held(112), "");
  EXPECT_EQ(course.held(113), "");
  EXPECT_NE(course.held(114), "");
}

TEST(Errors, MoodleBeforeFiveCallsAMissingUserACodingError) {
  CourseTest course;
  course.has_student(12);
  refuse(course, "112", {ErrorKind::kBug, "codingerror", "User ID does not exist"});
  EXPECT_EQ(std::get<Error>(course.run()).code, "user_gone");
}

TEST(Errors, ARoleThatMayNotBeAssignedSaysWhereToAllowIt) {
  CourseTest course;
  course.has_student(12);
  refuse(course, "112", fakes::refusal("wsusercannotassign"));
  EXPECT_THAT(std::get<Error>(course.run()).message, HasSubstr("Allow role assignments"));
}

TEST(Errors, ACourseWithoutManualEnrolmentSaysWhereToAddIt) {
  CourseTest course;
  course.has_student(12);
  refuse(course, "112", fakes::refusal("wsnoinstance"));
  EXPECT_THAT(std::get<Error>(course.run()).message, HasSubstr("Enrolment methods"));
}

TEST(Errors, ManyRefusedForOneReasonAreNotAllListed) {
  CourseTest course;
  for (int user = 20; user < 40; ++user) course.has_student(user);
  course.moodle().always(kEnrol,
                         [](const Call& /*call*/) { return fakes::refusal("wsnoinstance"); });
  const std::string message = std::get<Error>(course.run()).message;
  EXPECT_THAT(message, HasSubstr("user:29 (129) and 10 more: the course has no enabled"));
  EXPECT_THAT(message, Not(HasSubstr("user:30")));
}

TEST(Errors, ACourseThatMoodleDoesNotKnowIsSkipped) {
  CourseTest course;
  course.has_student(12).has_student(13);
  course.moodle().always(kEnrol,
                         [](const Call& /*call*/) { return fakes::refusal("invalidparameter"); });
  const Outcome outcome = course.run();
  EXPECT_EQ(std::get<Skipped>(outcome).reason, "unknown_id");
  EXPECT_TRUE(course.link().sent.empty());
}

TEST(Errors, ALostAnswerIsNotedAsDoubt) {
  CourseTest course;
  course.has_student(12).has_student(13);
  refuse(course, "112", fakes::lost_answer());
  EXPECT_EQ(std::get<Error>(course.run()).kind, ErrorKind::kInDoubt);
  EXPECT_EQ(course.held(112), "user=12 roles= doubtful=5 by=p");
  EXPECT_EQ(course.held(113), "user=13 roles=5 start=0 end=0 suspended=0 by=p");
}

TEST(Errors, ALostAnswerAboutDatesIsNotedAsDoubt) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12).until("200"));
  refuse(course, "112", fakes::lost_answer());
  course.run();
  EXPECT_EQ(course.held(112), "user=12 roles=5 by=r");
}

TEST(Errors, ALostSuspensionIsSentAgain) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.moodle().on(kEnrol, fakes::lost_answer());
  EXPECT_EQ(std::get<Error>(course.run()).kind, ErrorKind::kInDoubt);
  course.now().run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
}

TEST(Errors, WhoCouldNotBeGivenTheNewRoleKeepsTheOld) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12).with_role("3"));
  refuse(course, "112", fakes::refusal("wsusercannotassign"));
  course.run();
  EXPECT_THAT(course.writes(), ElementsAre(enrol(3, 112)));
  EXPECT_EQ(course.held(112), "user=12 roles=5 start=0 end=0 suspended=0 by=r");
}

TEST(Errors, ARoleThatMoodleWillNotTakeAwayIsReportedAndTriedAgain) {
  CourseTest course;
  course.holds(112, "user=12 roles=3,5 start=0 end=0 suspended=0 by=r");
  course.has(a_registration(1).of(12));
  course.moodle().on(kUnassign, fakes::refusal("invalidparameter"));
  EXPECT_EQ(std::get<Error>(course.run()).code, "cannot_unassign");
  course.now().has(a_registration(1).of(12)).run();
  EXPECT_THAT(course.writes(), ElementsAre(unassign(3, 112)));
}

TEST(Errors, AnOutageCountsMoreThanARefusal) {
  CourseTest course;
  course.has_student(12).has_student(13);
  course.moodle().on(kEnrol, fakes::refusal("userdeleted"));
  course.moodle().on(kEnrol, Error{ErrorKind::kUnavailable, "sitemaintenance", "later"});
  EXPECT_EQ(std::get<Error>(course.run()).kind, ErrorKind::kUnavailable);
}

TEST(Errors, AMissingRightCountsMoreThanALostAnswer) {
  CourseTest course;
  course.has_student(12).has_student(13);
  course.moodle().on(kEnrol, fakes::lost_answer());
  course.moodle().on(kEnrol, Error{ErrorKind::kConfig, "nopermissions", "no"});
  EXPECT_EQ(std::get<Error>(course.run()).kind, ErrorKind::kConfig);
}

TEST(Errors, TheMessageNamesTheCourse) {
  CourseTest course;
  course.has_student(12);
  refuse(course, "112", {ErrorKind::kTransient, "dmlwriteexception", "deadlock"});
  EXPECT_EQ(std::get<Error>(course.run()).message, "enrolments of node:1 (50): deadlock");
}

}  // namespace
}  // namespace moodlesync::enrollments
