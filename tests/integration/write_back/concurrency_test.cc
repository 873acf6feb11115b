// Editors save while the daemon writes. The daemon's connection acts from within Drupal's
// transaction, so that every interleaving is the same each time.
#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::EntityId;
using testsupport::SaveOptions;

class WriteBackConcurrency : public WriteBackFixture {
 protected:
  WriteBackConcurrency() : node_{"node", site_.create_node("course", "Algebra")} { owe(node_, 42); }

  /// Saves the node; in the middle of it, when all is written and nothing committed, acts.
  void save_while(const std::function<void()>& act, bool new_revision) {
    SaveOptions options;
    options.new_revision = new_revision;
    options.before_commit = act;
    site_.save(node_, {.base = {{"title", "Algebra I"}}}, options);
  }

  EntityId node_;
};

TEST_F(WriteBackConcurrency, GivesWayToARunningSaveAndWritesIntoItsNewRevisionLater) {
  save_while([&] { EXPECT_EQ(run().busy, 1U); }, true);
  EXPECT_EQ(stored(node_), "");
  make_due();
  EXPECT_EQ(run().written, 1U);
  const auto current = site_.load(node_).revision;
  EXPECT_EQ(site_.load_revision(node_, current).text("field_moodle_id"), "42");
  site_.save(node_, {}, {.new_revision = true});
  EXPECT_EQ(shown(node_), "42");
}

TEST_F(WriteBackConcurrency, PutsABusyEntityOffAndNotItsNeighbours) {
  const EntityId other{"node", site_.create_node("course", "Other")};
  owe(other, 43);
  save_while(
      [&] {
        const WriteBackReport report = run();
        EXPECT_EQ(report.busy, 1U);
        EXPECT_EQ(report.written, 1U);
      },
      false);
  EXPECT_EQ(stored(other), "43");
  EXPECT_EQ(link(node_, "write_back"), "1");
  EXPECT_EQ(link(node_, "write_back_due > now()"), "t");
}

TEST_F(WriteBackConcurrency, WaitsLongerTheLongerAnEntityIsBusy) {
  site_.sql().run(
      names_.expand("UPDATE {moodle_sync.link} SET updated_at = now() - interval '40 seconds'"));
  save_while([&] { EXPECT_EQ(run().busy, 1U); }, false);
  EXPECT_EQ(link(node_, "write_back_due > now() + interval '15 seconds'"), "t");
  EXPECT_EQ(link(node_, "write_back_due < now() + interval '25 seconds'"), "t");
}

TEST_F(WriteBackConcurrency, GivesWayWhenACacheRowIsHeld) {
  static_cast<void>(site_.load(node_));
  testsupport::Session reader(site_.connection());
  reader.begin();
  reader.run("UPDATE cache_entity SET expire = -1");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run().busy, 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  reader.commit();
  EXPECT_EQ(stored(node_), "");
  make_due();
  EXPECT_EQ(run().written, 1U);
}

TEST_F(WriteBackConcurrency, DoesWhatItCanWhenOneOfAGroupIsInTheWay) {
  const EntityId other{"node", site_.create_node("course", "Other")};
  owe(other, 43);
  static_cast<void>(site_.load(node_));
  testsupport::Session reader(site_.connection());
  reader.begin();
  reader.run("UPDATE cache_entity SET expire = -1");
  const WriteBackReport report = run();
  EXPECT_EQ(report.busy, 1U);
  EXPECT_EQ(report.written, 1U);
  reader.commit();
  EXPECT_EQ(stored(other), "43");
}

TEST_F(WriteBackConcurrency, LeavesALinkToAnotherInstanceThatHoldsIt) {
  testsupport::Session other(site_.connection());
  other.begin();
  other.run(names_.expand("SELECT 1 FROM {moodle_sync.link} FOR UPDATE"));
  const WriteBackReport report = run();
  EXPECT_EQ(report.written + report.busy, 0U);
  other.commit();
  EXPECT_EQ(run().written, 1U);
}

TEST_F(WriteBackConcurrency, ReportsALostConnectionAndWritesAfterIt) {
  run();
  make_due();
  testsupport::PostgresCluster::run(
      site_.connection(),
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'moodle-syncd' AND datname = current_database()");
  const auto cut = write_back_.run(10);
  EXPECT_TRUE(cut || cut.error().kind == ErrorKind::kUnavailable);
  EXPECT_EQ(run().verified + (cut ? cut->verified : 0), 1U);
}

}  // namespace
}  // namespace moodlesync::postgres
