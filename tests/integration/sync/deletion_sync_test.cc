// What a deletion in Drupal means for those who referred to the deleted one. Drupal itself leaves
// these references dangling and saves nobody.
#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;
using Roles = std::set<sim::Id>;

class DeletionSync : public testing::Test {
 protected:
  /// The Moodle account of a user, also after Drupal has forgotten him.
  sim::Enrolment enrolment(std::int64_t nid, sim::Id account) {
    const auto state = people_.moodle().state();
    const sim::Course* course = state->course_with_idnumber(std::to_string(nid));
    const sim::Enrolment* found = state->enrolment_of(course->id, account);
    return found == nullptr ? sim::Enrolment{} : *found;
  }
  People people_;
};

TEST_F(DeletionSync, OfAUserEndsTheEnrolmentsThatHisRegistrationsGave) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t other = people_.user("bob");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.registration(nid, other);
  people_.sync();
  const sim::Id account = people_.account(uid).id;
  people_.remove({"user", uid});
  EXPECT_EQ(enrolment(nid, account).suspended, 1);
  EXPECT_EQ(people_.enrolment(nid, other).suspended, 0);
}

TEST_F(DeletionSync, OfAUserEndsTheEnrolmentsThatHisCoursesGave) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG", {{"field_participants", {uid}}});
  people_.sync();
  const sim::Id account = people_.account(uid).id;
  people_.remove({"user", uid});
  EXPECT_EQ(enrolment(nid, account).id, 0) << "nobody but us gave him a role: unenrolled";
}

TEST_F(DeletionSync, OfAUserTakesHimOutOfHisCohorts) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.sync();
  const sim::Id account = people_.account(uid).id;
  people_.remove({"user", uid});
  const sim::Id cohort = people_.moodle_cohort(tid).id;
  EXPECT_FALSE(people_.moodle().state()->is_member(cohort, account));
}

TEST_F(DeletionSync, OfACohortCostsNoCallForEachOfItsMembers) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.sync();
  people_.remove({"taxonomy_term", tid});
  EXPECT_EQ(people_.moodle().state()->cohorts.size(), 0U);
  EXPECT_EQ(people_.moodle().count("core_cohort_delete_cohort_members"), 0);
  EXPECT_EQ(people_.drupal().sql().cell("SELECT sent FROM moodle_sync.link WHERE component = "
                                        "'cohorts' AND entity_type = 'user' AND entity_id = $1",
                                        {std::to_string(uid)}),
            "{}");
}

TEST_F(DeletionSync, OfACourseLeavesItsEnrolmentsToTheCourse) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  const sim::Id account = people_.account(uid).id;
  people_.remove({"node", nid});
  EXPECT_EQ(enrolment(nid, account).suspended, 0) << "the course stays, by default";
  EXPECT_EQ(people_.rig().tasks("parked") + people_.rig().tasks("waiting"), 0);
}

TEST(DeletionSyncOptions, OfACohortThatStaysLeavesItsMembersInIt) {
  People people({.cohorts = "        delete: nothing\n"});
  const std::int64_t tid = people.cohort("2025");
  const std::int64_t uid = people.user("ada", {{"field_cohorts", {tid}}});
  people.sync();
  people.remove({"taxonomy_term", tid});
  EXPECT_TRUE(people.is_member(tid, uid));
}

TEST_F(DeletionSync, OfARegistrationAfterItsUserChangesNothingMore) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t id = people_.registration(nid, uid);
  people_.sync();
  people_.remove({"user", uid});
  const std::size_t rows = people_.moodle().rows("enrol_manual_enrol_users");
  people_.remove({"registration", id});
  EXPECT_EQ(people_.moodle().rows("enrol_manual_enrol_users"), rows);
}

/// What else changes whom a reference means.
class ReferenceSync : public DeletionSync {};

TEST_F(ReferenceSync, BringsAUserWhoIsOptedOutNoLongerIntoHisCourses) {
  const std::int64_t uid = people_.user("ada", {{"field_moodle_id", {"ignore"}}});
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.roles(nid, uid), Roles{});
  people_.set_field({"user", uid}, "field_moodle_id", {});
  EXPECT_EQ(people_.roles(nid, uid), Roles{People::kStudent});
}

TEST_F(ReferenceSync, BringsAUserWhoIsExcludedNoLongerIntoHisCourses) {
  const std::int64_t uid = people_.user("ada", {{"roles", {"administrator"}}});
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  EXPECT_EQ(people_.account(uid).id, 0);
  people_.set_field({"user", uid}, "roles", {});
  EXPECT_EQ(people_.roles(nid, uid), Roles{People::kStudent});
}

TEST_F(ReferenceSync, MovesTheEnrolmentToTheAccountThatSomebodyTypedIn) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  people_.registration(nid, uid);
  people_.sync();
  const sim::Id before = people_.account(uid).id;
  const sim::Id typed = people_.moodle().create_user(
      {.username = "lovelace", .firstname = "A", .lastname = "B", .email = "al@example.org"});
  // The old account keeps the user's name and address: it must let go of them first.
  people_.moodle().state()->users.erase(before);
  people_.set_field({"user", uid}, "field_moodle_id", {std::to_string(typed)});
  EXPECT_EQ(people_.moodle().state()->users.find(typed)->idnumber, std::to_string(uid));
  EXPECT_EQ(people_.roles(nid, uid), Roles{People::kStudent});
}

}  // namespace
}  // namespace moodlesync
