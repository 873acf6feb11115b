#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;
using Roles = std::set<sim::Id>;

constexpr sim::Id kTeacher = People::kTeacher;
constexpr sim::Id kAssistant = People::kAssistant;
constexpr sim::Id kStudent = People::kStudent;

TEST(EnrollmentsSyncOptions, UnenrolsInsteadOfSuspending) {
  People people({.enrollments = "        removal: unenrol\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  const std::int64_t id = people.registration(nid, uid);
  people.sync();
  people.drupal().remove("registration", {id});
  people.sync();
  EXPECT_EQ(people.enrolment(nid, uid).id, 0);
}

TEST(EnrollmentsSyncOptions, SuspendsACancelledRegistrationAndLetsItInAgain) {
  People people({.registration = "            active_states: [complete]\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  const std::int64_t id = people.registration(nid, uid);
  people.sync();
  people.drupal().save({"registration", id}, {.base = {{"state", "canceled"}}});
  people.sync();
  EXPECT_EQ(people.enrolment(nid, uid).suspended, 1);
  people.drupal().save({"registration", id}, {.base = {{"state", "complete"}}});
  people.sync();
  EXPECT_EQ(people.enrolment(nid, uid).suspended, 0);
  EXPECT_EQ(people.roles(nid, uid), Roles{kStudent});
}

TEST(EnrollmentsSyncOptions, LetsTheWorkflowSayWhichRegistrationsCount) {
  People people({.registration = "            active_states: [workflow]\n"});
  const std::int64_t ada = people.user("ada");
  const std::int64_t bob = people.user("bob");
  const std::int64_t nid = people.course("ALG");
  people.registration(nid, ada, {}, {{"state", "canceled"}});
  const std::int64_t id = people.registration(nid, bob);
  people.sync();
  EXPECT_EQ(people.enrolment(nid, ada).id, 0);
  EXPECT_EQ(people.enrolment(nid, bob).suspended, 0);
  people.drupal().save({"registration", id}, {.base = {{"state", "canceled"}}});
  people.sync();
  EXPECT_EQ(people.enrolment(nid, bob).suspended, 1);
}

TEST(EnrollmentsSyncOptions, OnlyTakesOurRoleFromARemovedParticipant) {
  People people({.enrollments = "        participant_removal: unassign\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG", {{"field_participants", {uid}}});
  people.sync();
  people.moodle().enrol(people.course_id(nid), people.account(uid).id, 1);
  people.drupal().save_node(nid, {.fields = {{"field_participants", {}}}});
  people.sync();
  EXPECT_EQ(people.roles(nid, uid), Roles{1});
  EXPECT_EQ(people.enrolment(nid, uid).suspended, 0);
}

/// Registrations with a first and a last day.
People::Options with_dates() {
  return {
      .registration = "            start_field: field_from\n            end_field: field_until\n",
      .model = [](testsupport::DrupalSite& site) {
        for (const char* name : {"field_from", "field_until"})
          site.add_field({"registration", {"standard"}, name, "datetime"});
      }};
}

constexpr sim::Id kFirstOfMarch = 1772323200;  ///< 2026-03-01T00:00:00Z
constexpr sim::Id kFirstOfJuly = 1782864000;   ///< 2026-07-01T00:00:00Z

TEST(EnrollmentsSyncOptions, SendsFromWhenAndUntilWhen) {
  People people(with_dates());
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  const std::int64_t id = people.registration(
      nid, uid,
      {{"field_from", {"2026-03-01T00:00:00"}}, {"field_until", {"2026-07-01T00:00:00"}}});
  people.sync();
  EXPECT_EQ(people.enrolment(nid, uid).timestart, kFirstOfMarch);
  EXPECT_EQ(people.enrolment(nid, uid).timeend, kFirstOfJuly);
  people.set_field({"registration", id}, "field_until", {});
  EXPECT_EQ(people.enrolment(nid, uid).timestart, kFirstOfMarch);
  EXPECT_EQ(people.enrolment(nid, uid).timeend, 0) << "what was cleared is cleared";
}

TEST(EnrollmentsSyncOptions, KeepsTheTimesWhenItSuspends) {
  People people(with_dates());
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  const std::int64_t id = people.registration(nid, uid, {{"field_until", {"2026-07-01T00:00:00"}}});
  people.sync();
  people.remove({"registration", id});
  EXPECT_EQ(people.enrolment(nid, uid).suspended, 1);
  EXPECT_EQ(people.enrolment(nid, uid).timeend, kFirstOfJuly);
}

TEST(EnrollmentsSyncOptions, GivesRegistrationsWithoutARoleTheConfiguredOne) {
  People people({.enrollments = "        default_role: 4\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  people.registration(nid, uid);
  people.sync();
  EXPECT_EQ(people.roles(nid, uid), Roles{kAssistant});
}

TEST(EnrollmentsSyncOptions, UnenrolsTheDeletedUserWhereRegistrationsUnenrol) {
  People people(
      {.users = "        delete: suspend\n", .enrollments = "        removal: unenrol\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  people.registration(nid, uid);
  people.sync();
  people.remove({"user", uid});
  EXPECT_EQ(people.account(uid).suspended, 1);
  EXPECT_EQ(people.enrolment(nid, uid).id, 0);
}

TEST(EnrollmentsSyncOptions, FindsTheCourseOfAPrefixedIdnumber) {
  People people(
      {.users = "        idnumber_prefix: a-\n", .courses = "        idnumber_prefix: b-\n"});
  const std::int64_t uid = people.user("ada");
  const std::int64_t nid = people.course("ALG");
  people.registration(nid, uid);
  people.sync();
  const auto state = people.moodle().state();
  const sim::Course* course = state->course_with_idnumber("b-" + std::to_string(nid));
  ASSERT_NE(course, nullptr);
  EXPECT_EQ(state->roles_of(course->id, state->user_with_username("ada")->id), Roles{kStudent});
}

TEST(EnrollmentsSyncOptions, EnrolsIntoTwoKindsOfCourses) {
  People people({.courses = "      - bundle: seminar\n"
                            "        fields: { fullname: title, shortname: field_shortname }\n",
                 .registration = "      - bundle: seminar\n"
                                 "        default_role: 3\n"
                                 "        registrations:\n"
                                 "          - type: standard\n",
                 .model = [](testsupport::DrupalSite& site) {
                   site.add_node_type("seminar");
                   site.add_field({"node", {"seminar"}, "field_shortname", "string"});
                 }});
  const std::int64_t uid = people.user("ada");
  const std::int64_t course = people.course("ALG");
  const std::int64_t seminar =
      people.drupal().create_node("seminar", "Seminar", {{"field_shortname", {"SEM"}}});
  people.registration(course, uid);
  people.registration(seminar, uid);
  people.sync();
  EXPECT_EQ(people.roles(course, uid), Roles{kStudent});
  EXPECT_EQ(people.roles(seminar, uid), Roles{kTeacher});
}

}  // namespace
}  // namespace moodlesync
