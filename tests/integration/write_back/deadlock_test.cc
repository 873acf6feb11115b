// In a circle of waits PostgreSQL ends whoever asks first. It is never to be an editor's save.
#include <atomic>
#include <thread>

#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::DrupalSite;
using testsupport::EntityId;
using testsupport::SqlError;

class WriteBackDeadlock : public WriteBackFixture {};

TEST_F(WriteBackDeadlock, GivesWayToAnEditorWhoHoldsTheCacheRowAndWantsTheEntity) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  static_cast<void>(site_.load(node));
  owe(node, 42);
  testsupport::Session editor(site_.connection());
  editor.begin();
  editor.run("UPDATE cache_entity SET expire = -1");
  WriteBackReport report;
  std::thread daemon([&] { report = run(); });
  // Whether it comes before or after the daemon has the row: nobody may be told of a deadlock.
  EXPECT_NO_THROW(editor.run("UPDATE node SET langcode = langcode"));
  daemon.join();
  editor.commit();
  EXPECT_EQ(report.busy + report.written, 1U);
  make_due();
  run();
  EXPECT_EQ(stored(node), "42");
}

TEST_F(WriteBackDeadlock, WaitsLessThanTheServersDeadlockTimeoutHoweverShortThatIs) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  static_cast<void>(site_.load(node));
  owe(node, 42);
  site_.sql().script(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 20', "
      "current_database()); END $$");
  connection_.close();
  testsupport::Session editor(site_.connection());
  editor.begin();
  editor.run("UPDATE cache_entity SET expire = -1");
  std::thread daemon([&] { EXPECT_FALSE(run().stuck); });
  EXPECT_NO_THROW(editor.run("UPDATE node SET langcode = langcode"));
  daemon.join();
  editor.commit();
}

/// Three editors save the same nodes again and again, and a page loads them all at once and caches
/// them in the other order, while the daemon writes ids into them and takes them out again.
TEST_F(WriteBackDeadlock, NeverEndsAnEditorsSaveWhileManySaveAtOnce) {
  constexpr int kNodes = 20;
  constexpr int kRounds = 25;
  std::vector<EntityId> nodes;
  for (int i = 0; i < kNodes; ++i) {
    nodes.push_back({"node", site_.create_node("course", "Course " + std::to_string(i))});
  }
  std::atomic<int> working{4};
  std::atomic<int> refused{0};
  std::atomic<int> saves{0};
  const auto work = [&](const std::function<void(DrupalSite&, int)>& act) {
    return std::thread([&, act] {
      DrupalSite site = site_.another_process();
      for (int round = 0; round < kRounds; ++round) {
        try {
          act(site, round);
        } catch (const SqlError& error) {
          ++refused;
          ADD_FAILURE() << error.sqlstate() << ": " << error.what();
        }
      }
      --working;
    });
  };
  std::vector<std::thread> people;
  for (int editor = 0; editor < 3; ++editor) {
    people.push_back(work([&, editor](DrupalSite& site, int round) {
      for (int i = 0; i < 4; ++i) {
        const EntityId& node =
            nodes[static_cast<std::size_t>((round * 7 + i + editor * 3) % kNodes)];
        site.save(node, {.base = {{"title", "Edited " + std::to_string(round)}}},
                  {.new_revision = editor == 0});
        ++saves;
      }
    }));
  }
  people.push_back(work([&](DrupalSite& site, int /*round*/) {
    site.sql().run(
        "UPDATE cache_entity SET expire = -1 WHERE cid IN (SELECT cid FROM cache_entity "
        "ORDER BY cid DESC)");
    for (const EntityId& node : nodes) static_cast<void>(site.load(node));
  }));
  std::size_t written = 0;
  while (working > 0) {
    for (const EntityId& node : nodes) owe(node, node.id + 5000);
    written += run().written;
    make_due();
    written += run().written;
    site_.sql().run("DELETE FROM node__field_moodle_id WHERE entity_id % 2 = 0");
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(saves, 3 * 4 * kRounds);
  EXPECT_GT(written, 0U);
  site_.sql().run(names_.expand("UPDATE {moodle_sync.link} SET reasserts = 0"));
  for (const EntityId& node : nodes) owe(node, node.id + 5000);
  run();
  for (const EntityId& node : nodes) EXPECT_EQ(stored(node), std::to_string(node.id + 5000));
}

}  // namespace
}  // namespace moodlesync::postgres
