// Locks, deadlocks, statements that take too long, and a disk without room.
#include <thread>

#include "drupal/postgres/site_schema.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Waiting : public QueueTest {
 protected:
  void set_for_database(const std::string& setting) {
    site_.sql().script("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET " + setting +
                       "', current_database()); END $$");
  }
  /// Until somebody waits for a lock; false when nobody does.
  bool somebody_waits() {
    for (int i = 0; i < 3000; ++i) {
      if (sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
              "wait_event_type = 'Lock'") != "0") {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
};

TEST_F(Waiting, AStatementThatTakesTooLongIsGivenUpAndDoneLater) {
  ConnectionSettings impatient = session_settings(site_.connection());
  impatient.statement_timeout = std::chrono::milliseconds(100);
  Connection connection(impatient);
  const SiteSchema schema(one_.names);
  TaskQueue queue(connection, one_.names, schema);
  queue.set_sources(sources_);
  site_.create_node("course", "Chemistry");
  testsupport::Session other(site_.connection());
  other.begin();
  other.run(one_.names.expand("LOCK TABLE {moodle_sync.task}"));
  const auto late = queue.drain(100);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kTransient);
  EXPECT_TRUE(connection.is_open());
  other.commit();
  EXPECT_EQ(queue.drain(100)->taken, 1U);
}

TEST_F(Waiting, ADrainThatIsTooLargeForASlowServerIsDoneInSmallerOnes) {
  ConnectionSettings impatient = session_settings(site_.connection());
  impatient.statement_timeout = std::chrono::milliseconds(200);
  Connection connection(impatient);
  const SiteSchema schema(one_.names);
  TaskQueue queue(connection, one_.names, schema);
  queue.set_sources(sources_);
  // Each task takes 5 ms: 200 of them never come to an end within the timeout.
  site_.sql().script(one_.names.expand(
      "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
      "pg_sleep(0.005); RETURN NEW; END $$; CREATE TRIGGER slow BEFORE INSERT ON "
      "{moodle_sync.task} FOR EACH ROW EXECUTE FUNCTION public.slow()"));
  sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) SELECT 'node', 1000 + "
      "n, 'course', 'U' FROM generate_series(1, 200) AS n");
  std::size_t taken = 0;
  for (int attempt = 0; attempt < 400 && taken < 200; ++attempt) {
    if (const auto report = queue.drain(200)) taken += report->taken;
  }
  EXPECT_EQ(taken, 200U);
}

TEST_F(Waiting, ADeadlockInASettleIsBrokenAtOurCostAndTheGroupIsSettledAfterwards) {
  set_for_database("deadlock_timeout = ''50ms''");
  one_.connection.close();
  const auto first = site_.create_node("course", "A");
  const auto second = site_.create_node("course", "B");
  drain(one_);
  const auto tasks = claim(one_);
  ASSERT_EQ(tasks.size(), 2U);
  testsupport::Session other(site_.connection());
  other.script("SET deadlock_timeout = '60s'");
  const auto lock = [&](std::int64_t nid) {
    other.run(one_.names.expand("SELECT FROM {moodle_sync.task} WHERE entity_id = $1 FOR UPDATE"),
              {std::to_string(nid)});
  };
  other.begin();
  lock(second);
  Result<SettleReport> report = SettleReport{};
  std::thread settling([&] {
    report = one_.queue.settle(std::vector{done(tasks[0], 41), done(tasks[1], 42)});
  });
  ASSERT_TRUE(somebody_waits());
  EXPECT_NO_THROW(lock(first)) << "the deadlock was ours to end";
  other.commit();
  settling.join();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->settled, 2U);
}

TEST_F(Waiting, AFullDiskIsAnOutageAndNothingIsLost) {
  site_.create_node("course", "Chemistry");
  // What PostgreSQL says when it cannot extend a table.
  site_.sql().script(one_.names.expand(
      "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; "
      "CREATE TRIGGER full_disk BEFORE INSERT ON {moodle_sync.task} FOR EACH ROW EXECUTE FUNCTION "
      "public.full()"));
  const auto full = one_.queue.drain(100);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.change}"), "1");
  sql("DROP TRIGGER full_disk ON {moodle_sync.task}");
  EXPECT_EQ(drain(one_).taken, 1U);
}

TEST_F(Waiting, AFullDiskNeverCostsAnEditorHisSave) {
  site_.sql().script(one_.names.expand(
      "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; "
      "CREATE TRIGGER full_disk BEFORE INSERT ON {moodle_sync.change} FOR EACH ROW EXECUTE "
      "FUNCTION public.full()"));
  const auto nid = site_.create_node("course", "Chemistry");
  EXPECT_TRUE(site_.has({"node", nid}));
  sql("DROP TRIGGER full_disk ON {moodle_sync.change}");
  ASSERT_TRUE(one_.queue.sweep(1000));
  EXPECT_EQ(sql("SELECT entity_id FROM {moodle_sync.task} WHERE component = 'course'"),
            std::to_string(nid))
      << "the sweep finds what the capture missed";
}

}  // namespace
}  // namespace moodlesync::postgres
