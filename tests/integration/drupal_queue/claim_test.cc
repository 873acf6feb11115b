// Leases: who works on what, and what happens when nobody comes back.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Claim : public QueueTest {
 protected:
  Claim() { forget_changes(); }
  void queue_courses(int count) {
    sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle, due_at)"
        " SELECT 'course', 'main', 'node', i, 'course', now() - i * interval '1 minute'"
        " FROM generate_series(1, " +
        std::to_string(count) + ") i");
  }
  void let_leases_run_out() {
    sql("UPDATE {moodle_sync.task} SET lease_until = now() - interval '1 second'"
        " WHERE state = 'running'");
  }
};

TEST_F(Claim, TakesTheOldestFirstWithItsLink) {
  queue_courses(3);
  sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id, sent, "
      "uuid) VALUES ('course', 'main', 'node', 3, 33, '{\"fullname\": \"Ä \\\"q\\\"\"}', 'u-3')");
  const auto tasks = claim(one_, 2);
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(to_string(tasks[0].key), "course/main node:3");
  ASSERT_TRUE(tasks[0].link);
  EXPECT_EQ(tasks[0].link->moodle_id, MoodleId{33});
  EXPECT_EQ(tasks[0].link->sent.at("fullname"), "Ä \"q\"");
  EXPECT_EQ(tasks[0].link->uuid, "u-3");
  EXPECT_EQ(tasks[0].bundle, "course");
  EXPECT_FALSE(tasks[1].link);
  EXPECT_NE(tasks[0].token, tasks[1].token);
}

TEST_F(Claim, TellsHowOldTheChangeIsAndHowLongTheTaskHasBeenDue) {
  queue_courses(1);
  sql("UPDATE {moodle_sync.task} SET first_at = now() - interval '1 hour'");
  const Task task = claim(one_).at(0);
  using std::chrono::minutes;
  EXPECT_GE(task.queued, minutes{60});
  EXPECT_LT(task.queued, minutes{65});
  EXPECT_GE(task.overdue, minutes{1});
  EXPECT_LT(task.overdue, minutes{6});
}

TEST_F(Claim, CountsWhatWasTakenOverFromTheEndOfItsLease) {
  queue_courses(1);
  sql("UPDATE {moodle_sync.task} SET due_at = now() - interval '1 hour'");
  ASSERT_EQ(claim(one_).size(), 1U);
  let_leases_run_out();
  EXPECT_LT(claim(one_).at(0).overdue, std::chrono::minutes{5}) << "until then it was worked on";
}

/// Each index entry of a claim would be a quarter of its price, and garbage afterwards.
TEST_F(Claim, MakesNoEntryInAnyIndex) {
  constexpr int kTasks = 200;
  queue_courses(kTasks);
  const auto tasks = claim(one_, kTasks);
  ASSERT_EQ(tasks.size(), static_cast<std::size_t>(kTasks));
  ASSERT_TRUE(one_.queue.renew(tasks, std::chrono::hours(2)));
  one_.connection.close();  // Statistics are told at the end of a session.
  const auto count = [&](const std::string& column) {
    return sql("SELECT " + column +
               " FROM pg_stat_all_tables WHERE relid = '{moodle_sync.task}'::regclass");
  };
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (count("n_tup_upd") == "0" && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(count("n_tup_upd"), std::to_string(2 * kTasks));
  EXPECT_GE(std::stoi(count("n_tup_hot_upd")), kTasks) << "a row's page has room for it once";
}

TEST_F(Claim, TakesOnlyTheAskedComponents) {
  queue_courses(1);
  auto tasks = one_.queue.claim({10, {"category", "users"}, std::chrono::seconds(60)});
  ASSERT_TRUE(tasks);
  EXPECT_TRUE(tasks->empty());
}

TEST_F(Claim, GivesTwoInstancesDisjointTasks) {
  queue_courses(20);
  auto other = another_instance();
  // The first claim is still open: its rows are locked, not yet marked.
  auto open = Transaction::begin(other->connection);
  ASSERT_TRUE(open->query(
      other->names.expand("SELECT FROM {moodle_sync.task} WHERE entity_id <= 10 FOR UPDATE")));
  std::set<std::int64_t> ids;
  for (const Task& task : claim(one_, 20)) ids.insert(task.key.entity.id);
  EXPECT_EQ(ids.size(), 10U);
  EXPECT_EQ(*ids.begin(), 11);
  ASSERT_TRUE(open->commit());
  EXPECT_EQ(claim(*other, 20).size(), 10U);
}

TEST_F(Claim, TakesATaskAgainOnceItsLeaseHasRunOut) {
  queue_courses(1);
  const Task first = claim(one_).at(0);
  EXPECT_TRUE(claim(one_).empty());
  let_leases_run_out();
  const Task again = claim(*another_instance()).at(0);
  EXPECT_TRUE(again.in_doubt);
  EXPECT_EQ(again.attempts, 1);
  EXPECT_GT(again.token, first.token);
}

TEST_F(Claim, TakesAWaitingTaskWhenItsBackstopIsDue) {
  const Task task = claimed_course();
  settle(one_, {waiting(task, {"category", "main", {"taxonomy_term", 9}}, "categories")});
  sql("UPDATE {moodle_sync.task} SET due_at = now() WHERE state = 'waiting'");
  const auto tasks = claim(one_);
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task} WHERE waits_component IS NOT NULL"), "0");
}

TEST_F(Claim, NeverTakesAParkedTask) {
  const Task task = claimed_course();
  settle(one_, {ended(task, Settlement::State::kParked)});
  EXPECT_TRUE(claim(one_).empty());
}

TEST_F(Claim, RenewKeepsTheTaskAndNamesWhatIsLost) {
  queue_courses(2);
  auto tasks = claim(one_, 2, std::chrono::seconds(1));
  let_leases_run_out();
  const Task stolen = claim(*another_instance(), 1).at(0);
  auto lost = one_.queue.renew(tasks, std::chrono::hours(1));
  ASSERT_TRUE(lost) << lost.error().message;
  ASSERT_EQ(lost->size(), 1U);
  EXPECT_EQ(lost->at(0), stolen.key);
  EXPECT_TRUE(claim(one_).empty());
}

TEST_F(Claim, ReleaseGivesATaskBackWithoutAnAttempt) {
  const Task task = claimed_course();
  ASSERT_TRUE(one_.queue.release({&task, 1}, false));
  const Task again = claim(one_).at(0);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_FALSE(again.in_doubt);
  ASSERT_TRUE(one_.queue.release({&again, 1}, true));
  EXPECT_TRUE(claim(one_).at(0).in_doubt);
}

TEST_F(Claim, ReleaseLeavesALostTaskAlone) {
  const Task task = claimed_course();
  let_leases_run_out();
  ASSERT_EQ(claim(*another_instance()).size(), 1U);
  ASSERT_TRUE(one_.queue.release({&task, 1}, false));
  EXPECT_TRUE(claim(one_).empty());
}

TEST_F(Claim, NextDueIsTheTimeToTheNextPendingTask) {
  const std::vector<std::string> courses{"course"};
  EXPECT_EQ(*one_.queue.next_due(courses), std::nullopt);
  const Task task = claimed_course();
  EXPECT_EQ(*one_.queue.next_due(courses), std::nullopt);
  settle(one_, {ended(task, Settlement::State::kPending, std::chrono::minutes(5))});
  const auto due = one_.queue.next_due(courses);
  ASSERT_TRUE(due && *due);
  EXPECT_GT(**due, std::chrono::minutes(4));
  EXPECT_LE(**due, std::chrono::minutes(5));
  sql("UPDATE {moodle_sync.task} SET due_at = now()");
  EXPECT_EQ(**one_.queue.next_due(courses), std::chrono::milliseconds(0));
}

TEST_F(Claim, WorksAgainAfterTheServerRestarted) {
  queue_courses(1);
  PostgresCluster::shared().restart();
  auto cut = one_.queue.claim({10, {"course"}, std::chrono::seconds(60)});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(claim(one_).size(), 1U);
}

TEST_F(Claim, SaysSoWhenNothingIsInstalled) {
  sql("DROP SCHEMA " + quote_identifier(one_.names.our_schema()) + " CASCADE");
  auto tasks = one_.queue.claim({10, {"course"}, std::chrono::seconds(60)});
  ASSERT_FALSE(tasks);
  EXPECT_EQ(tasks.error().kind, ErrorKind::kConfig);
  EXPECT_EQ(tasks.error().code, "not_installed");
}

}  // namespace
}  // namespace moodlesync::postgres
