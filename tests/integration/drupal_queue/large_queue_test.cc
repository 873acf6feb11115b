// A queue that has grown large: nothing that the loop asks of it goes through a whole table.
#include <cstdlib>
#include <string>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class LargeQueue : public QueueTest {
 protected:
  void fill(const std::string& queued) {
    sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) SELECT 'node', "
        "5000000 + n, 'course', 'U' FROM generate_series(1, " +
        queued + ") AS n");
    sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle, state) "
        "SELECT CASE n % 2 WHEN 0 THEN 'course' ELSE 'users' END, 'main', CASE n % 2 WHEN 0 THEN "
        "'node' ELSE 'user' END, 1000000 + n, '', CASE n % 50 WHEN 7 THEN 'parked' WHEN 8 THEN "
        "'waiting' ELSE 'pending' END FROM generate_series(1, " +
        queued + ") AS n");
    sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id) "
        "SELECT 'course', 'main', 'node', 1000000 + n, n FROM generate_series(1, " +
        queued + ") AS n");
    for (const char* table : {"change", "task", "link"}) {
      site_.sql().run(one_.names.expand("VACUUM ANALYZE {moodle_sync." + std::string(table) + "}"));
    }
  }

  /// Scans of whole tables of ours that this session has done so far.
  std::int64_t whole_scans() {
    EXPECT_TRUE(one_.connection.query("SELECT pg_stat_force_next_flush()"));
    auto rows = one_.connection.query(
        "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = $1",
        {one_.names.our_schema()});
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? (*rows)[0].integer(0) : -1;
  }
  /// How often a block of an index of `link` was looked at.
  std::int64_t blocks_of_link_indexes() {
    EXPECT_TRUE(one_.connection.query("SELECT pg_stat_force_next_flush()"));
    return std::stoll(
        sql("SELECT sum(idx_blks_hit + idx_blks_read)::bigint FROM "
            "pg_statio_user_indexes WHERE relid = '{moodle_sync.link}'::regclass"));
  }
  template <class Use>
  void expect_no_whole_scan(const std::string& what, const Use& use) {
    const std::int64_t before = whole_scans();
    use();
    EXPECT_EQ(whole_scans() - before, 0) << what;
  }
};

/// MOODLESYNC_QUEUED=1000000 asks for a larger queue.
TEST_F(LargeQueue, IsWorkedOffWithoutReadingAWholeTable) {
  const char* asked = std::getenv("MOODLESYNC_QUEUED");
  fill(asked == nullptr ? "200000" : asked);
  const std::vector<std::string> components{"category", "course", "users"};
  for (int round = 0; round < 3; ++round) {
    std::vector<Task> tasks;
    expect_no_whole_scan("drain", [&] { EXPECT_GT(drain(one_).taken, 0U); });
    expect_no_whole_scan("next due", [&] { EXPECT_TRUE(one_.queue.next_due(components)); });
    expect_no_whole_scan("claim", [&] { tasks = claim(one_, 400); });
    ASSERT_EQ(tasks.size(), 400U);
    expect_no_whole_scan("renew",
                         [&] { EXPECT_TRUE(one_.queue.renew(tasks, std::chrono::hours(1))); });
    std::vector<EntityRef> refs;
    std::vector<MoodleId> ids;
    std::vector<Settlement> group;
    for (Task& task : tasks) {
      refs.push_back(task.key.entity);
      ids.push_back(MoodleId{task.key.entity.id - 1'000'000});
      group.push_back(done(task, task.key.entity.id));
      if (!task.link) task.link = Link{};
    }
    expect_no_whole_scan("store ahead", [&] { EXPECT_TRUE(one_.queue.store_ahead(tasks)); });
    expect_no_whole_scan("links", [&] { EXPECT_TRUE(one_.queue.linked_ids("course", refs)); });
    expect_no_whole_scan("holders", [&] { EXPECT_TRUE(one_.queue.holders("course", ids)); });
    group.back() = waiting(tasks.back(), {"category", "main", {"taxonomy_term", 1 + round}}, "");
    expect_no_whole_scan("settle", [&] { settle(one_, group); });
    tasks = claim(one_, 400);
    expect_no_whole_scan("release", [&] { EXPECT_TRUE(one_.queue.release(tasks, false)); });
  }
}

/// Reading a table whole looks cheaper to PostgreSQL than some hundred look-ups by key where it is
/// of middling size, or was empty when it was last counted. It is not.
class MiddlingQueue : public LargeQueue {
 protected:
  void expect_no_table_is_read_whole() {
    for (int round = 0; round < 3; ++round) {
      std::vector<Task> tasks;
      expect_no_whole_scan("drain", [&] {
        const auto report = one_.queue.drain(1000);
        ASSERT_TRUE(report);
        EXPECT_EQ(report->taken, 1000U);
      });
      expect_no_whole_scan("claim", [&] { tasks = claim(one_, 500); });
      ASSERT_EQ(tasks.size(), 500U);
      std::vector<EntityRef> refs;
      std::vector<Settlement> group;
      for (const Task& task : tasks) {
        refs.push_back(task.key.entity);
        group.push_back(done(task, task.key.entity.id));
      }
      expect_no_whole_scan("links", [&] { EXPECT_TRUE(one_.queue.linked_ids("course", refs)); });
      group.back() = waiting(tasks.back(), {"category", "main", {"taxonomy_term", 1 + round}}, "");
      expect_no_whole_scan("settle", [&] { settle(one_, group); });
    }
  }
};

/// In a first load the links are counted before there is one of most components. To PostgreSQL any
/// index that begins with the component is then as good as the key.
TEST_F(MiddlingQueue, LooksLinksUpByTheirKeyThoughTheyWereCountedWhenThereWereNone) {
  const std::string make =
      "INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id) "
      "SELECT";
  sql(make + " 'category', 'main', 'taxonomy_term', n, n FROM generate_series(1, 1000) n");
  sql("ANALYZE {moodle_sync.link}");
  sql(make + " 'course', 'main', 'node', n, n FROM generate_series(1, 40000) n");
  std::vector<EntityRef> refs;
  for (std::int64_t id = 1; id <= 500; ++id) refs.push_back({"node", id * 80});
  const std::int64_t before = blocks_of_link_indexes();
  ASSERT_EQ(one_.queue.linked_ids("course", refs)->size(), refs.size());
  EXPECT_LT(blocks_of_link_indexes() - before, 10 * 500);
}

TEST_F(MiddlingQueue, IsWorkedOffWithoutReadingAWholeTable) {
  fill("40000");
  expect_no_table_is_read_whole();
}

TEST_F(MiddlingQueue, NeedsNoStatisticsOfItsOwn) {
  fill("40000");
  // Some are left at the end, so that vacuum cannot give the space back: to PostgreSQL a large
  // table with next to nothing in it.
  sql("DELETE FROM {moodle_sync.task} WHERE entity_id < 1039998");
  site_.sql().run(one_.names.expand("VACUUM ANALYZE {moodle_sync.task}"));
  sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id) SELECT 'course', "
      "'main', 'node', n FROM generate_series(2000001, 2040000) n");
  expect_no_table_is_read_whole();
  EXPECT_GT(std::stod(sql("SELECT reltuples FROM pg_class WHERE oid = '{moodle_sync.task}'"
                          "::regclass")),
            10000);
}

}  // namespace
}  // namespace moodlesync::postgres
