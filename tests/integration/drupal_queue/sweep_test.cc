// What no change told of.
#include <gtest/gtest.h>

#include <string>

#include "drupal/postgres/parked_tasks.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class SweepTest : public QueueTest {
 protected:
  SweepTest() {
    sources_ = {course_source()};
    install();
  }

  /// A whole pass; how many entities it queued.
  std::size_t sweep(int limit = 1000) {
    std::size_t queued = 0;
    for (int i = 0; i < 1000; ++i) {
      auto report = one_.queue.sweep(limit);
      EXPECT_TRUE(report) << report.error().message;
      if (!report) return queued;
      queued += report->queued;
      if (report->finished) return queued;
    }
    ADD_FAILURE() << "the pass does not end";
    return queued;
  }
  /// A course that Moodle knows and that was looked at long after its last save.
  std::int64_t linked_course() {
    const Task task = claimed_course();
    settle(one_, {done(task, 42)});
    sql("UPDATE {moodle_sync.link} SET updated_at = now() + interval '1 day'");
    return task.key.entity.id;
  }
};

TEST_F(SweepTest, QueuesWhatHasNoLink) {
  const auto nid = site_.create_node("course", "Chemistry");
  site_.create_node("page", "Imprint");
  forget_changes();
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(tasks(), "course node:" + std::to_string(nid) + " pending");
}

TEST_F(SweepTest, LeavesAloneWhatIsInOrder) {
  linked_course();
  EXPECT_EQ(sweep(), 0U);
}

TEST_F(SweepTest, LooksAtEachLinkOnceWithTheStatisticsOfAnEmptyTable) {
  constexpr std::int64_t kNodes = 300;
  sql("ANALYZE {moodle_sync.link}");
  for (int i = 0; i < kNodes; ++i) site_.create_node("course", "Algebra");
  sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id, "
      "updated_at) SELECT 'course', 'main', 'node', n, n, now() + interval '1 day' FROM "
      "generate_series(1, 20000) n");
  const auto links_looked_at = [this] {
    EXPECT_TRUE(one_.connection.query("SELECT pg_stat_force_next_flush()"));
    auto rows = one_.connection.query(
        "SELECT (seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE relname = "
        "'link'");
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? (*rows)[0].integer(0) : -1;
  };
  const std::int64_t before = links_looked_at();
  const auto report = one_.queue.sweep(200);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_LE(links_looked_at() - before, 200);
}

TEST_F(SweepTest, QueuesWhatIsNewerThanItsLink) {
  const auto nid = linked_course();
  sql("UPDATE {node_field_data} SET changed = extract(epoch FROM now() + interval '2 days') "
      "WHERE nid = " +
      std::to_string(nid));
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(SweepTest, QueuesALinkWhoseEntityIsGone) {
  const auto nid = linked_course();
  site_.remove("node", {nid});
  forget_changes();
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(SweepTest, LetsBeWhatAnOperatorHasDropped) {
  const Task task = claimed_course();
  Settlement parked = ended(task, Settlement::State::kParked);
  parked.link = Link{};
  settle(one_, {parked});
  ParkedTasks parking(one_.connection, one_.names);
  ASSERT_EQ(*parking.drop({}), 1U);
  EXPECT_EQ(sweep(), 0U) << "though the course was saved a moment ago";
  site_.remove("node", {task.key.entity.id});
  forget_changes();
  EXPECT_EQ(sweep(), 0U) << "gone for good, and Moodle keeps it";
}

TEST_F(SweepTest, QueuesADroppedEntityThatIsSavedLater) {
  const Task task = claimed_course();
  Settlement parked = ended(task, Settlement::State::kParked);
  parked.link = Link{};
  settle(one_, {parked});
  ParkedTasks parking(one_.connection, one_.names);
  ASSERT_EQ(*parking.drop({}), 1U);
  sql("UPDATE {node_field_data} SET changed = extract(epoch FROM now() + interval '2 days')");
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(SweepTest, QueuesALinkWhoseEntityLeftTheBundle) {
  linked_course();
  sql("UPDATE {node} SET type = 'page'");
  forget_changes();
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(SweepTest, NeverQueuesWhatIsQueued) {
  const Task task = claimed_course();
  settle(one_, {ended(task, Settlement::State::kParked)});
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(sql("SELECT state || generation FROM {moodle_sync.task}"), "parked1");
}

TEST_F(SweepTest, DoesNotAskAgainForWhatWasLookedAtWithoutALinkInHand) {
  const auto nid = linked_course();
  sql("UPDATE {moodle_sync.link} SET updated_at = '-infinity'");
  EXPECT_EQ(sweep(), 1U);
  settle(one_, {ended(claim(one_).at(0), Settlement::State::kDone)});
  sql("UPDATE {node_field_data} SET changed = extract(epoch FROM now() - interval '1 hour') "
      "WHERE nid = " +
      std::to_string(nid));
  EXPECT_EQ(sweep(), 0U);
}

TEST_F(SweepTest, GoesOnWhereItStopped) {
  for (const char* title : {"A", "B", "C", "D", "E"}) site_.create_node("course", title);
  forget_changes();
  auto first = one_.queue.sweep(2);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->queued, 2U);
  EXPECT_FALSE(first->finished);
  EXPECT_EQ(sweep(2), 3U);
}

TEST_F(SweepTest, QueuesAUserWhoseProfileIsNewer) {
  sources_ = {user_source()};
  install();
  const auto uid = site_.create_user("anna");
  site_.create_profile("student", uid);
  sweep();  // The administrator, too, has an account.
  for (const Task& task : claim(one_)) settle(one_, {done(task, 5)});
  forget_changes();
  sql("UPDATE {moodle_sync.link} SET updated_at = now() + interval '1 day'");
  EXPECT_EQ(sweep(), 0U) << tasks();
  sql("UPDATE {profile} SET changed = extract(epoch FROM now() + interval '2 days')");
  forget_changes();
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(tasks(), "users user:" + std::to_string(uid) + " pending");
}

TEST_F(SweepTest, PassesOverTypesThatDrupalDoesNotHave) {
  sql("DROP TABLE {registration} CASCADE");
  SourceSpec source = course_source();
  source.entity_type = "registration";
  one_.queue.set_sources({source});
  EXPECT_EQ(sweep(), 0U);
}

}  // namespace
}  // namespace moodlesync::postgres
