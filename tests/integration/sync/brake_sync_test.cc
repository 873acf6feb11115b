// What must not empty Moodle: on the whole road from Drupal's tables to Moodle's.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;

class BrakeSync : public testing::Test {
 protected:
  explicit BrakeSync(bool sweeps = false) : people_({.sweeps = sweeps, .log = &log_}) {}

  [[nodiscard]] RemovalLedger& ledger() { return people_.rig().wiring().database().removals(); }
  [[nodiscard]] std::int64_t held_tasks() {
    return people_.drupal().sql().number(
        "SELECT count(*) FROM moodle_sync.task WHERE state = 'parked' AND code = 'brake'", {});
  }
  [[nodiscard]] std::vector<std::int64_t> cohorts(int count) {
    std::vector<std::int64_t> tids;
    for (int i = 1; i <= count; ++i) tids.push_back(people_.cohort("Group " + std::to_string(i)));
    people_.sync();
    return tids;
  }
  void empty_vocabulary(const std::vector<std::int64_t>& tids) {
    people_.drupal().remove("taxonomy_term", tids);
    people_.sync();
  }
  [[nodiscard]] std::size_t moodle_cohorts() { return people_.moodle().state()->cohorts.size(); }
  [[nodiscard]] std::size_t suspended_accounts() {
    const auto state = people_.moodle().state();
    return static_cast<std::size_t>(std::ranges::count_if(
        state->users.all(), [](const auto& row) { return row.second.suspended; }));
  }
  /// `courses` courses with `each` participants.
  [[nodiscard]] std::vector<std::int64_t> taught_courses(int courses, std::size_t each) {
    const auto uids = people_.users("u", 12);
    std::vector<std::int64_t> nids;
    for (int i = 0; i < courses; ++i) {
      testsupport::Items items;
      for (std::size_t j = 0; j < each; ++j) {
        items.emplace_back(uids[(static_cast<std::size_t>(i) + j) % uids.size()]);
      }
      nids.push_back(people_.course("C" + std::to_string(i), {{"field_participants", items}}));
      participants_[nids.back()] = std::move(items);
    }
    people_.sync();
    return nids;
  }
  [[nodiscard]] std::size_t open_enrolments() {
    const auto state = people_.moodle().state();
    return static_cast<std::size_t>(std::ranges::count_if(
        state->enrolments.all(), [](const auto& row) { return row.second.suspended == 0; }));
  }
  [[nodiscard]] int lines(std::string_view with) const {
    int count = 0;
    const std::string text = log_.str();
    for (auto at = text.find(with); at != std::string::npos; at = text.find(with, at + 1)) ++count;
    return count;
  }

  std::map<std::int64_t, testsupport::Items> participants_;  ///< By course.
  std::ostringstream log_;
  People people_;
};

TEST_F(BrakeSync, KeepsTheCohortsOfAnEmptiedVocabulary) {
  const auto tids = cohorts(25);
  empty_vocabulary(tids);
  EXPECT_EQ(moodle_cohorts(), 25U);
  EXPECT_EQ(held_tasks(), 25);
  EXPECT_EQ(people_.moodle().count("core_cohort_delete_cohorts"), 0);
  EXPECT_NE(people_.rig().parked("taxonomy_term", tids[0]).message.find("brake allow cohorts"),
            std::string::npos);
}

TEST_F(BrakeSync, KeepsTheMembersOfCohortsWhoseTermsWereDeletedByHand) {
  const std::int64_t tid = people_.cohort("Group");
  for (const std::int64_t uid : people_.users("u", 25)) {
    people_.drupal().save_user(uid, {.fields = {{"field_cohorts", {tid}}}});
  }
  people_.sync();
  ASSERT_EQ(people_.moodle().state()->cohort_members.size(), 25U);
  people_.drupal().sql().run("DELETE FROM user__field_cohorts");
  people_.drupal().sql().run(
      "INSERT INTO moodle_sync.change (entity_type, entity_id, bundle, op) "
      "SELECT 'user', uid, 'user', 'U' FROM users WHERE uid > 0");
  people_.sync();
  EXPECT_EQ(people_.moodle().state()->cohort_members.size(), 25U);
  EXPECT_EQ(held_tasks(), 25);
}

TEST_F(BrakeSync, KeepsTheEnrolmentsOfATruncatedRegistrationTable) {
  const std::int64_t nid = people_.course("ALG");
  for (const std::int64_t uid : people_.users("u", 25)) people_.registration(nid, uid);
  people_.sync();
  ASSERT_EQ(open_enrolments(), 25U);
  people_.drupal().sql().run("TRUNCATE registration");
  people_.sync();
  EXPECT_EQ(open_enrolments(), 25U);
  EXPECT_EQ(held_tasks(), 1) << "one course, and all its enrolments counted";
  EXPECT_EQ(ledger().held()->at(0).removals, 25);
}

TEST_F(BrakeSync, KeepsTheParticipantsOfCoursesWhoseFieldWasEmptied) {
  const auto nids = taught_courses(30, 2);
  ASSERT_EQ(open_enrolments(), 60U);
  for (const std::int64_t nid : nids) {
    people_.drupal().save_node(nid, {.fields = {{"field_participants", {}}}});
  }
  people_.sync();
  EXPECT_EQ(open_enrolments(), 60U);
  EXPECT_EQ(held_tasks(), 30);
}

TEST_F(BrakeSync, KeepsTheAccountsThatABrokenImportBlocksOpen) {
  const auto uids = people_.users("u", 500);
  people_.sync();
  ASSERT_EQ(people_.accounts(), 500U);
  people_.drupal().sql().run("UPDATE users_field_data SET status = 0 WHERE uid > 1");
  people_.drupal().sql().run(
      "INSERT INTO moodle_sync.change (entity_type, entity_id, bundle, op) "
      "SELECT 'user', uid, 'user', 'U' FROM users WHERE uid > 1");
  people_.sync();
  EXPECT_EQ(suspended_accounts(), 0U);
  EXPECT_GE(held_tasks(), 499);
  EXPECT_EQ(lines("MS-303"), 1) << log_.str();
  EXPECT_EQ(lines("MS-301"), 0) << "one line for all of them";
}

TEST_F(BrakeSync, GoesOnWithChangesAndCreationsOfTheSameComponent) {
  const auto uids = people_.users("u", 30);
  people_.sync();
  for (const std::int64_t uid : uids) {
    people_.drupal().save_user(uid,
                               {.base = {{"status", "0"}}, .fields = {{"field_city", {"Wien"}}}});
  }
  const std::int64_t fresh = people_.user("fresh");
  people_.sync();
  EXPECT_EQ(suspended_accounts(), 0U);
  EXPECT_NE(people_.account(fresh).id, 0);
  EXPECT_EQ(people_.account(uids[0]).text("city"), "Wien") << "only the suspension is held";
}

TEST_F(BrakeSync, GoesOnWithOtherComponents) {
  const auto tids = cohorts(25);
  people_.drupal().remove("taxonomy_term", tids);
  const std::int64_t ada = people_.user("ada");
  const std::int64_t nid = people_.course("ALG");
  const std::int64_t registration = people_.registration(nid, ada);
  people_.sync();
  EXPECT_EQ(people_.enrolment(nid, ada).suspended, 0);
  people_.drupal().remove("registration", {registration});
  people_.sync();
  EXPECT_EQ(people_.enrolment(nid, ada).suspended, 1) << "removals of others too";
  EXPECT_EQ(moodle_cohorts(), 25U);
}

TEST_F(BrakeSync, HoldsNothingBelowTheLimit) {
  auto tids = cohorts(25);
  tids.resize(20);
  empty_vocabulary(tids);
  EXPECT_EQ(moodle_cohorts(), 5U);
  EXPECT_EQ(held_tasks(), 0);
  EXPECT_EQ(lines("MS-303"), 0);
}

TEST_F(BrakeSync, CountsSmallPortionsTogether) {
  const auto tids = cohorts(25);
  empty_vocabulary({tids.begin(), tids.begin() + 12});
  EXPECT_EQ(moodle_cohorts(), 13U);
  empty_vocabulary({tids.begin() + 12, tids.end()});
  EXPECT_EQ(moodle_cohorts(), 13U);
  EXPECT_EQ(held_tasks(), 13);
}

TEST_F(BrakeSync, SuspendsBlockedPeopleOfAFirstLoadWithoutAsking) {
  std::vector<std::int64_t> uids;
  for (int i = 1; i <= 30; ++i) {
    uids.push_back(people_.user("u" + std::to_string(i), {}, {{"status", "0"}}));
  }
  people_.sync();
  EXPECT_EQ(suspended_accounts(), 30U) << "nobody has used these accounts yet";
  EXPECT_EQ(held_tasks(), 0);
}

TEST_F(BrakeSync, KeepsHoldingAfterARestartAndWhenTheTasksAreTriedAgain) {
  const auto tids = cohorts(25);
  empty_vocabulary(tids);
  people_.sync();
  EXPECT_EQ(moodle_cohorts(), 25U);
  EXPECT_EQ(lines("still holds"), 1);
  ASSERT_EQ(*people_.rig().wiring().database().parking().retry({}), 25U);
  people_.sync();
  EXPECT_EQ(moodle_cohorts(), 25U);
  EXPECT_EQ(held_tasks(), 25);
}

TEST_F(BrakeSync, DoesWhatWasAllowedAndHoldsWhatComesAfter) {
  auto tids = cohorts(50);
  empty_vocabulary({tids.begin(), tids.begin() + 25});
  ASSERT_EQ(*ledger().allow("cohorts", std::chrono::hours{24}), 25U);
  empty_vocabulary({tids.begin() + 25, tids.end()});
  EXPECT_EQ(moodle_cohorts(), 25U);
  EXPECT_EQ(held_tasks(), 25);
}

class BrakeAndSweep : public BrakeSync {
 protected:
  BrakeAndSweep() : BrakeSync(true) {}
};

TEST_F(BrakeAndSweep, LeaveMoodleAsItIsWhenTheRemovalsAreDropped) {
  const auto tids = cohorts(25);
  empty_vocabulary(tids);
  ASSERT_EQ(ledger().drop("cohorts")->tasks, 25U);
  people_.sync();
  people_.sync();
  EXPECT_EQ(moodle_cohorts(), 25U);
  EXPECT_EQ(people_.rig().tasks("parked"), 0) << "the sweep lets them be";
  EXPECT_EQ(people_.rig().tasks("pending"), 0);
}

TEST_F(BrakeSync, IsOffByItselfWhenTheMistakeIsPutRightInDrupal) {
  const auto nids = taught_courses(30, 2);
  for (const std::int64_t nid : nids) {
    people_.drupal().save_node(nid, {.fields = {{"field_participants", {}}}});
  }
  people_.sync();
  ASSERT_EQ(held_tasks(), 30);
  for (const auto& [nid, participants] : participants_) {
    people_.drupal().save_node(nid, {.fields = {{"field_participants", participants}}});
  }
  people_.sync();
  EXPECT_EQ(held_tasks(), 0);
  EXPECT_EQ(open_enrolments(), 60U);
  EXPECT_TRUE(ledger().held()->empty());
  EXPECT_EQ(lines("MS-304"), 1) << log_.str();
}

}  // namespace
}  // namespace moodlesync
