#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;
using Roles = std::set<sim::Id>;

constexpr sim::Id kTeacher = People::kTeacher;
constexpr sim::Id kAssistant = People::kAssistant;
constexpr sim::Id kStudent = People::kStudent;

class EnrollmentsSync : public testing::Test {
 protected:
  void set_participants(std::int64_t nid, testsupport::Items users) {
    people_.drupal().save_node(nid, {.fields = {{"field_participants", std::move(users)}}});
    people_.sync();
  }
  People people_;
};

TEST_F(EnrollmentsSync, EnrolsWithTheDefaultRoleAndSendsTimesAndStateExplicitly) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  const auto calls = people_.moodle().calls("enrol_manual_enrol_users");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].variable("enrolments[0][suspend]"), "0");
  EXPECT_EQ(calls[0].variable("enrolments[0][timestart]"), "0");
  EXPECT_EQ(calls[0].variable("enrolments[0][timeend]"), "0");
}

TEST_F(EnrollmentsSync, EnrolsWithEveryRoleOfTheRegistration) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t teacher = people_.role("Teacher", kTeacher);
  const std::int64_t student = people_.role("Student", kStudent);
  people_.registration(nid, uid, {{"field_role", {teacher, student}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), (Roles{kTeacher, kStudent}));
}

TEST_F(EnrollmentsSync, LetsARegistrationWaitUntilItsUserIsInMoodle) {
  const std::int64_t uid = people_.user("ada lovelace", {}, {{"mail", "ada@example.org"}});
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.rig().tasks("waiting"), 1);
  EXPECT_EQ(people_.moodle().count("enrol_manual_enrol_users"), 0);
  people_.drupal().save_user(uid, {.base = {{"name", "ada"}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.rig().tasks("waiting"), 0);
}

TEST_F(EnrollmentsSync, EnrolsTheNewRoleAndUnassignsTheOld) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t teacher = people_.role("Teacher", kTeacher);
  const std::int64_t id = people_.registration(nid, uid);
  people_.sync();
  people_.drupal().save({"registration", id}, {.fields = {{"field_role", {teacher}}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kTeacher});
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 0);
}

TEST_F(EnrollmentsSync, KeepsWhatTheOtherOfTwoReasonsGives) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_assistants", {uid}}});
  const std::int64_t id = people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), (Roles{kAssistant, kStudent}));
  people_.drupal().remove("registration", {id});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kAssistant});
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 0);
}

TEST_F(EnrollmentsSync, SuspendsTheEnrolmentOfADeletedRegistration) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t id = people_.registration(nid, uid);
  people_.sync();
  people_.drupal().remove("registration", {id});
  people_.sync();
  EXPECT_NE(people_.enrolment(nid, uid).id, 0);
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 1);
}

TEST_F(EnrollmentsSync, FollowsARegistrationToAnotherCourseAndUser) {
  const std::int64_t ada = people_.user("ada");
  const std::int64_t bob = people_.user("bob");
  const std::int64_t here = people_.course("HERE");
  const std::int64_t there = people_.course("THERE");
  const std::int64_t id = people_.registration(here, ada);
  people_.sync();
  people_.drupal().save({"registration", id}, {.base = {{"entity_id", std::to_string(there)}}});
  people_.sync();
  EXPECT_EQ(people_.enrolment(here, ada).suspended, 1);
  EXPECT_EQ(people_.roles(there, ada), Roles{kStudent});
  people_.drupal().save({"registration", id}, {.base = {{"user_uid", std::to_string(bob)}}});
  people_.sync();
  EXPECT_EQ(people_.enrolment(there, ada).suspended, 1);
  EXPECT_EQ(people_.roles(there, bob), Roles{kStudent});
}

TEST_F(EnrollmentsSync, EnrolsAllParticipantsOfANewCourse) {
  const auto uids = people_.users("u", 3);
  const std::int64_t nid = people_.course(
      "ALG", {{"field_participants", {uids[0], uids[1]}}, {"field_assistants", {uids[2]}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uids[0]), Roles{kTeacher});
  EXPECT_EQ(people_.roles(nid, uids[1]), Roles{kTeacher});
  EXPECT_EQ(people_.roles(nid, uids[2]), Roles{kAssistant});
}

TEST_F(EnrollmentsSync, UnenrolsAllThreeParticipantsThatWereRemovedAtOnce) {
  const auto uids = people_.users("u", 4);
  const std::int64_t nid =
      people_.course("ALG", {{"field_participants", {uids[0], uids[1], uids[2], uids[3]}}});
  people_.sync();
  set_participants(nid, {uids[3]});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(people_.enrolment(nid, uids[i]).id, 0);
  EXPECT_EQ(people_.roles(nid, uids[3]), Roles{kTeacher});
  EXPECT_EQ(people_.moodle().count("core_enrol_get_enrolled_users"), 1) << "asked once";
}

TEST_F(EnrollmentsSync, SuspendsARemovedParticipantWhoHoldsARoleThatIsNotOurs) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  people_.sync();
  people_.moodle().enrol(people_.course_id(nid), people_.account(uid).id, 1);
  set_participants(nid, {});
  EXPECT_NE(people_.enrolment(nid, uid).id, 0);
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 1);
}

TEST_F(EnrollmentsSync, SkipsTheRegistrationsOfACourseThatIsOptedOut) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("OUT", {{"field_moodle_id", {"ignore"}}});
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.moodle().count("enrol_manual_enrol_users"), 0);
  EXPECT_EQ(people_.rig().tasks("parked") + people_.rig().tasks("waiting"), 0);
  EXPECT_EQ(people_.drupal().sql().cell(
                "SELECT skipped FROM moodle_sync.link WHERE component = 'enrollments'"),
            "opted_out");
}

TEST_F(EnrollmentsSync, SkipsAUserWhoIsOptedOutAndEnrolsTheOthers) {
  const std::int64_t out = people_.user("out", {{"field_moodle_id", {"ignore"}}});
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, out);
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.moodle().rows("enrol_manual_enrol_users"), 1U);
  EXPECT_EQ(people_.rig().tasks("waiting"), 0);
}

TEST_F(EnrollmentsSync, SuspendsTheEnrolmentsOfAUserWhoIsDeletedThoughNobodySavesTheCourse) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  const sim::Id enrolment = people_.enrolment(nid, uid).id;
  people_.drupal().remove("user", {uid});
  people_.sync();
  EXPECT_EQ(people_.moodle().state()->enrolments.find(enrolment)->suspended, 1);
}

TEST_F(EnrollmentsSync, UnenrolsAParticipantWhoIsDeleted) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  people_.sync();
  const sim::Id enrolment = people_.enrolment(nid, uid).id;
  people_.drupal().remove("user", {uid});
  people_.sync();
  EXPECT_EQ(people_.moodle().state()->enrolments.find(enrolment), nullptr);
}

TEST_F(EnrollmentsSync, EnrolsAUserWhoIsNoLongerLeftOutThoughNobodySavesTheCourse) {
  const std::int64_t out = people_.user("out", {{"field_moodle_id", {"ignore"}}});
  const std::int64_t chief = people_.user("chief", {{"roles", {"administrator"}}});
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, out);
  people_.registration(nid, chief);
  people_.sync();
  EXPECT_EQ(people_.accounts(), 0U);
  people_.drupal().save_user(out, {.fields = {{"field_moodle_id", {}}}});
  people_.drupal().save_user(chief, {.fields = {{"roles", {}}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, out), Roles{kStudent});
  EXPECT_EQ(people_.roles(nid, chief), Roles{kStudent});
}

TEST_F(EnrollmentsSync, EnrolsInACourseThatIsNoLongerOptedOut) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("OUT", {{"field_moodle_id", {"ignore"}}});
  people_.registration(nid, uid);
  people_.sync();
  people_.drupal().save_node(nid, {.fields = {{"field_moodle_id", {}}}});
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
}

TEST_F(EnrollmentsSync, LeavesTheCourseOfTheOriginalAloneWhenACourseIsDuplicated) {
  const std::int64_t ada = people_.user("ada");
  const std::int64_t bob = people_.user("bob");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {ada}}});
  people_.sync();
  const std::string id = std::to_string(people_.course_id(nid));
  const std::int64_t copy =
      people_.course("COPY", {{"field_moodle_id", {id}}, {"field_participants", {bob}}});
  people_.sync();
  EXPECT_EQ(people_.course_id(copy), 0);
  EXPECT_EQ(people_.roles(nid, ada), Roles{kTeacher});
  EXPECT_EQ(people_.enrolment(nid, bob).id, 0);
  people_.drupal().save_node(copy, {.fields = {{"field_moodle_id", {}}}});
  people_.sync();
  EXPECT_NE(people_.course_id(copy), 0);
  EXPECT_EQ(people_.roles(copy, bob), Roles{kTeacher});
}

TEST_F(EnrollmentsSync, NeverRepeatsARowThatChangesNothing) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t id = people_.registration(nid, uid);
  people_.sync();
  people_.drupal().save({"registration", id}, {});
  people_.drupal().save_node(nid, {.base = {{"title", "New title"}}});
  people_.drupal().save_user(uid, {.fields = {{"field_city", {"Wien"}}}});
  people_.sync();
  EXPECT_EQ(people_.moodle().rows("enrol_manual_enrol_users"), 1U);
}

TEST_F(EnrollmentsSync, TakesAWelcomeMessageThatWasNotSentForDone) {
  people_.moodle().change_settings([](sim::Settings& settings) {
    settings.welcome_message = true;
    settings.mail_works = false;
  });
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.rig().tasks("parked") + people_.rig().tasks("pending"), 0);
}

TEST_F(EnrollmentsSync, KeepsTheRegistrationOfARemovedParticipant) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  people_.registration(nid, uid);
  people_.sync();
  set_participants(nid, {});
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 0);
}

TEST_F(EnrollmentsSync, KeepsARoleThatTwoReasonsGive) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t teacher = people_.role("Teacher", kTeacher);
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  const std::int64_t id = people_.registration(nid, uid, {{"field_role", {teacher}}});
  people_.sync();
  people_.remove({"registration", id});
  EXPECT_EQ(people_.roles(nid, uid), Roles{kTeacher});
  EXPECT_EQ(people_.moodle().count("core_role_unassign_roles"), 0);
}

TEST_F(EnrollmentsSync, LetsRegistrationsWaitUntilTheirCourseIsInMoodle) {
  people_.moodle().create_course({.category = 1, .fullname = "Taken", .shortname = "ALG"});
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.rig().tasks("waiting"), 1);
  people_.set_field({"node", nid}, "field_shortname", {"ALG2"});
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.rig().tasks("waiting"), 0);
}

TEST_F(EnrollmentsSync, CountsACourseThatIsOptedOutAmongTheSkipped) {
  const std::int64_t nid = people_.course("OUT", {{"field_moodle_id", {"ignore"}}});
  people_.registration(nid, people_.user("ada"));
  people_.sync();
  const auto stats = people_.rig().wiring().database().queue().stats();
  ASSERT_TRUE(stats.has_value());
  const std::int64_t of_course = people_.drupal().sql().number(
      "SELECT count(*) FROM moodle_sync.link WHERE skipped <> '' AND entity_type = 'node'");
  EXPECT_EQ(of_course, 2) << "the course, and who is enrolled in it";
  EXPECT_GE(stats->skipped, of_course) << "as `status` shows it";
}

TEST_F(EnrollmentsSync, AddsAndRemovesParticipantsInOneSave) {
  const auto uids = people_.users("u", 3);
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uids[0], uids[1]}}});
  people_.sync();
  set_participants(nid, {uids[1], uids[2]});
  EXPECT_EQ(people_.enrolment(nid, uids[0]).id, 0);
  EXPECT_EQ(people_.roles(nid, uids[1]), Roles{kTeacher});
  EXPECT_EQ(people_.roles(nid, uids[2]), Roles{kTeacher});
}

TEST_F(EnrollmentsSync, AsksOnlyForTheFieldsThatItNeeds) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  people_.sync();
  set_participants(nid, {});
  const auto calls = people_.moodle().calls("core_enrol_get_enrolled_users");
  ASSERT_FALSE(calls.empty());
  for (const sim::Call& call : calls)
    EXPECT_NE(call.body.find("id%2Croles"), std::string::npos) << call.body;
}

TEST_F(EnrollmentsSync, TakesEveryStateForActiveUnlessToldOtherwise) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid, {}, {{"state", "canceled"}});
  people_.sync();
  EXPECT_EQ(people_.enrolment(nid, uid).suspended, 0);
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
}

TEST_F(EnrollmentsSync, IgnoresRegistrationsOfOtherTypes) {
  people_.drupal().add_registration_type("waitlist");
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.drupal().create_registration("waitlist", nid, uid);
  people_.sync();
  EXPECT_EQ(people_.enrolment(nid, uid).id, 0);
}

TEST_F(EnrollmentsSync, TakesARoleAwayAndKeepsTheOther) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t teacher = people_.role("Teacher", kTeacher);
  const std::int64_t student = people_.role("Student", kStudent);
  const std::int64_t id = people_.registration(nid, uid, {{"field_role", {teacher, student}}});
  people_.sync();
  people_.set_field({"registration", id}, "field_role", {student});
  EXPECT_EQ(people_.roles(nid, uid), Roles{kStudent});
  EXPECT_EQ(people_.moodle().rows("enrol_manual_enrol_users"), 2U) << "nobody is mailed again";
}

}  // namespace
}  // namespace moodlesync
