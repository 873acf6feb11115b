// The guard's record, the listener, and all of it behind the port.
#include <gtest/gtest.h>
#include <poll.h>

#include <string>

#include "drupal/postgres/drupal.h"
#include "drupal/postgres/listener.h"
#include "drupal/postgres/migrations.h"
#include "drupal/postgres/site.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class SiteTest : public QueueTest {
 protected:
  SiteTest() : site_record_(one_.connection, one_.names) {}
  SiteRecord site_record_;
};

TEST_F(SiteTest, RecordsTheSiteAtInstall) {
  auto record = site_record_.record({});
  ASSERT_TRUE(record) << record.error().message;
  auto observed = site_record_.observe();
  ASSERT_TRUE(observed) << observed.error().message;
  EXPECT_EQ(record->recorded.site_url, "https://drupal.example");
  EXPECT_EQ(observed->site_url, "");
  observed->site_url = record->recorded.site_url;
  EXPECT_EQ(record->recorded, *observed);
  EXPECT_EQ(record->recorded.site_uuid, site_.uuid());
  EXPECT_EQ(record->epoch, "");
  EXPECT_FALSE(record->has_folders);
  EXPECT_EQ(record->schema_version, newest_schema_version());
}

TEST_F(SiteTest, ReadsTheOldModulesUrl) {
  sql("INSERT INTO {config} (collection, name, data) VALUES ('', 'moodle_sync.settings', "
      "'a:1:{s:10:\"drupalpath\";s:19:\"https://old.example\";}')");
  EXPECT_EQ(site_record_.record({})->old_module_url, "https://old.example");
}

TEST_F(SiteTest, SaysSoWhenItIsNotInstalled) {
  ASSERT_TRUE(installer_.uninstall());
  EXPECT_EQ(site_record_.record({}).error().code, "not_installed");
}

TEST_F(SiteTest, GoesWithoutTheSystemIdentifierWhenTheRoleMayNotReadIt) {
  sql("CREATE ROLE hosted LOGIN");
  sql("GRANT SELECT ON {config} TO hosted");
  sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  Instance hosted(site_.connection() + " user=hosted", {}, sources_);
  SiteRecord record(hosted.connection, hosted.names);
  auto observed = record.observe();
  ASSERT_TRUE(observed) << observed.error().message;
  EXPECT_EQ(observed->system_identifier, "");
  EXPECT_NE(observed->database_oid, "");
  hosted.connection.close();
  sql("DROP OWNED BY hosted");
  sql("DROP ROLE hosted");
}

TEST_F(SiteTest, AdvancesAStateFoldersEpochOnlyFromTheOneItHolds) {
  ASSERT_TRUE(site_record_.join("ours", "first"));
  ASSERT_TRUE(site_record_.join("theirs", "first"));
  ASSERT_TRUE(site_record_.advance_epoch("ours", "first", "next"));
  EXPECT_EQ(site_record_.record("ours")->epoch, "next");
  EXPECT_EQ(site_record_.record("theirs")->epoch, "first");
  EXPECT_EQ(site_record_.advance_epoch("ours", "first", "other").error().code, "epoch_differs");
  EXPECT_EQ(site_record_.advance_epoch("nobody", "first", "x").error().code, "epoch_differs");
}

TEST_F(SiteTest, TellsAStateFolderThatItDoesNotKnowOnlyThatThereAreOthers) {
  EXPECT_FALSE(site_record_.record("new")->has_folders);
  ASSERT_TRUE(site_record_.join("ours", "first"));
  EXPECT_EQ(site_record_.record("new")->epoch, "");
  EXPECT_TRUE(site_record_.record("new")->has_folders);
}

TEST_F(SiteTest, AdoptsAnotherIdentityAndForgetsAllStateFolders) {
  ASSERT_TRUE(site_record_.join("ours", "first"));
  SiteIdentity identity = site_record_.record({})->recorded;
  identity.database_name = "moved";
  ASSERT_TRUE(site_record_.adopt(identity));
  EXPECT_EQ(site_record_.record({})->recorded, identity);
  EXPECT_FALSE(site_record_.record("ours")->has_folders);
}

TEST_F(SiteTest, ReadsTheRecordOfASchemaFromBeforeStateFolders) {
  sql("DROP TABLE {moodle_sync.state_folder}");
  sql("DELETE FROM {moodle_sync.migration} WHERE version > 1");
  auto record = site_record_.record("ours");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->schema_version, 1);
  EXPECT_FALSE(record->has_folders);
  EXPECT_EQ(site_record_.join("ours", "first").error().code, "not_installed");
}

class ListenerTest : public QueueTest {
 protected:
  ListenerTest()
      : listener_(session_settings(site_.connection()), "moodle_sync", true, one_.connection) {}
  /// Waits for a notification. The listener's own ping wakes it too and is none.
  [[nodiscard]] bool hears_something() {
    pollfd entry{listener_.fd(), POLLIN, 0};
    while (poll(&entry, 1, 10'000) == 1) {
      if (listener_.consume()) return true;
    }
    return false;
  }
  Listener listener_;
};

TEST_F(ListenerTest, HearsASave) {
  EXPECT_TRUE(listener_.consume());  // Just connected: something may have been missed.
  EXPECT_FALSE(listener_.consume());
  site_.create_node("course", "Chemistry");
  EXPECT_TRUE(hears_something());
  EXPECT_FALSE(listener_.consume());
}

TEST_F(ListenerTest, ReconnectsAndSaysThatSomethingMayHaveBeenMissed) {
  ASSERT_TRUE(listener_.consume());
  PostgresCluster::shared().restart();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool heard = false;
  while (!heard && std::chrono::steady_clock::now() < deadline) heard = listener_.consume();
  EXPECT_TRUE(heard);
  EXPECT_GE(listener_.fd(), 0);
}

class SilentSite : public QueueTest {
 protected:
  SilentSite() : QueueTest({}, false) {}
};

TEST_F(SilentSite, SendsNoNotificationWhenSwitchedOff) {
  Connection listening(session_settings(site_.connection()));
  ASSERT_TRUE(listening.run("LISTEN moodle_sync"));
  site_.create_node("course", "Chemistry");
  ASSERT_TRUE(listening.query("SELECT 1"));
  EXPECT_TRUE(listening.take_notifications()->empty());
  EXPECT_NE(changes(), "");
}

TEST_F(SiteTest, HearsNoEchoOfItsOwnWriteBack) {
  DrupalSettings settings;
  settings.connection = site_.connection();
  auto database = backend().open(settings);
  ASSERT_TRUE(database);
  (*database)->set_sources(sources_);
  ASSERT_TRUE((*database)->reader().prepare(sources_));
  Settlement settlement = done(claimed_course(), 42);
  settlement.link->uuid = site_.load({"node", settlement.key.entity.id}).uuid;
  settlement.owe_write_back = true;
  settle(one_, {settlement});
  forget_changes();
  auto report = (*database)->write_back().run(10);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->written, 1U);
  EXPECT_EQ(changes(), "");
}

TEST_F(SiteTest, OpensBehindThePort) {
  DrupalSettings settings;
  settings.connection = site_.connection();
  auto database = backend().open(settings);
  ASSERT_TRUE(database) << database.error().message;
  (*database)->set_sources(sources_);
  site_.create_node("course", "Chemistry");
  EXPECT_EQ((*database)->queue().drain(100)->taken, 1U);
  EXPECT_TRUE((*database)->reader().prepare(sources_));
  EXPECT_TRUE((*database)->write_back().run(10));
  EXPECT_TRUE((*database)->site().record({}));
  EXPECT_TRUE((*database)->listener().consume());
  settings.connection = "nonsense";
  EXPECT_EQ(backend().open(settings).error().code, "bad_connection_string");
}

}  // namespace
}  // namespace moodlesync::postgres
