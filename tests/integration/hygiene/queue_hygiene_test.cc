// The queue in somebody else's database: what it asks of vacuum, how it does without, and how much
// of it is ever in memory.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class QueueHygiene : public QueueTest {
 protected:
  /// Changes of `count` courses that exist nowhere but in the queue.
  void queue_changes(std::int64_t count) {
    sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) SELECT 'node', "
        "1000000 + n, 'course', 'U' FROM generate_series(1, " +
        std::to_string(count) + ") AS n");
  }
  [[nodiscard]] static std::int64_t resident_kilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6);
    }
    return 0;
  }
};

TEST_F(QueueHygiene, AsksVacuumToComeSoonerThanItsDefault) {
  const auto option = [&](const std::string& table, const std::string& name) {
    return sql(
        "SELECT o.option_value FROM pg_class c, pg_options_to_table(c.reloptions) o WHERE "
        "c.oid = '{moodle_sync." +
        table + "}'::regclass AND o.option_name = '" + name + "'");
  };
  for (const char* table : {"change", "task"}) {
    EXPECT_EQ(option(table, "autovacuum_vacuum_scale_factor"), "0") << table;
    EXPECT_EQ(option(table, "autovacuum_vacuum_threshold"), "2000") << table;
    EXPECT_EQ(option(table, "autovacuum_analyze_threshold"), "5000") << table;
  }
  EXPECT_EQ(option("task", "fillfactor"), "50");
  EXPECT_EQ(option("link", "fillfactor"), "50");
  EXPECT_EQ(option("link", "autovacuum_vacuum_scale_factor"), "0.02");
}

TEST_F(QueueHygiene, LooksForWorkThroughPartialIndexes) {
  for (const char* index : {"task_due", "task_waits", "link_write_back", "link_skipped"}) {
    EXPECT_EQ(sql("SELECT indpred IS NOT NULL FROM pg_index WHERE indexrelid = '{moodle_sync." +
                  std::string(index) + "}'::regclass"),
              "t")
        << index;
  }
}

/// A backup, a report or a forgotten psql holds a snapshot: nothing that we delete can be cleaned
/// up meanwhile.
TEST_F(QueueHygiene, IsRightWhileAnOldSnapshotHoldsUpVacuum) {
  constexpr int kRounds = 10;
  constexpr int kChanges = 1000;
  testsupport::Session old(site_.connection());
  old.script("BEGIN ISOLATION LEVEL REPEATABLE READ");
  ASSERT_EQ(old.number("SELECT count(*) FROM moodle_sync.task"), 0);
  const auto cost = [&] {
    // What a drain has to go through, in pages: a number, not a time.
    return sql("SELECT pg_relation_size('{moodle_sync.change}') / 8192");
  };
  std::size_t settled = 0;
  for (int round = 0; round < kRounds; ++round) {
    queue_changes(kChanges);
    std::size_t taken = 0;
    while (const auto more = drain(one_).taken) taken += more;
    EXPECT_EQ(taken, static_cast<std::size_t>(kChanges)) << round;
    for (auto tasks = claim(one_, 500); !tasks.empty(); tasks = claim(one_, 500)) {
      std::vector<Settlement> group;
      for (const Task& task : tasks) group.push_back(done(task, task.key.entity.id));
      settled += settle(one_, group).settled;
    }
    site_.sql().run(one_.names.expand("VACUUM {moodle_sync.change}"));
    site_.sql().run(one_.names.expand("VACUUM {moodle_sync.task}"));
  }
  EXPECT_EQ(settled, static_cast<std::size_t>(kRounds * kChanges));
  EXPECT_EQ(tasks(), "");
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.link}"), std::to_string(kChanges));
  const std::string pinned = cost();
  EXPECT_EQ(old.number("SELECT count(*) FROM moodle_sync.link"), 0) << "the old snapshot stands";
  old.script("COMMIT");
  site_.sql().run(one_.names.expand("VACUUM {moodle_sync.change}"));
  std::cout << "pages of the outbox after " << kRounds * kChanges << " changes: " << pinned
            << " with the snapshot, " << cost() << " after it and a VACUUM\n";
  EXPECT_EQ(cost(), "0") << "and nothing stays behind";
}

/// Prints what the process holds; MOODLESYNC_QUEUED=1000000 asks for a larger queue.
TEST_F(QueueHygiene, HoldsNoMoreThanAClaimInMemoryHoweverMuchIsQueued) {
  const char* asked = std::getenv("MOODLESYNC_QUEUED");
  const std::int64_t queued = asked == nullptr ? 50'000 : std::atoll(asked);
  ASSERT_TRUE(one_.queue.drain(1));
  const std::int64_t before = resident_kilobytes();
  queue_changes(queued);
  std::int64_t taken = 0;
  for (;;) {
    const auto drained = one_.queue.drain(10'000);
    ASSERT_TRUE(drained) << drained.error().message;
    EXPECT_LE(drained->taken, 10'000U);
    taken += static_cast<std::int64_t>(drained->taken);
    if (drained->taken == 0) break;
  }
  EXPECT_EQ(taken, queued);
  const std::int64_t drained = resident_kilobytes();
  const auto claimed = claim(one_, 500);
  EXPECT_EQ(claimed.size(), 500U);
  std::cout << "resident memory in kB: " << before << " with an empty queue, " << drained
            << " after draining " << queued << " changes, " << resident_kilobytes()
            << " with a claim of 500\n";
}

}  // namespace
}  // namespace moodlesync::postgres
