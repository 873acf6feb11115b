// Putting our schema and triggers in, checking them, taking them out.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "drupal/postgres/migrations.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Install : public QueueTest {
 protected:
  [[nodiscard]] std::string triggers() {
    return sql(
        "SELECT coalesce(string_agg(c.relname || '.' || t.tgname, ' ' ORDER BY c.relname, "
        "t.tgname),"
        " '') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgname LIKE 'moodle_sync%'");
  }
  /// The findings that are not kOk, a line each.
  [[nodiscard]] std::string complaints(SchemaInstaller& installer) {
    auto findings = installer.check(sources_);
    if (!findings) return findings.error().message;
    std::string lines;
    for (const Finding& finding : *findings) {
      if (finding.level != Finding::Level::kOk)
        lines += finding.what + ": " + finding.advice + "\n";
    }
    return lines;
  }
  [[nodiscard]] std::string complaints() { return complaints(installer_); }
  [[nodiscard]] std::string links() {
    return sql(
        "SELECT coalesce(string_agg(component || ' ' || entity_id || '=' || moodle_id, ', '"
        " ORDER BY component, entity_id), '') FROM {moodle_sync.link}");
  }
};

TEST_F(Install, DoesNothingTheSecondTime) {
  auto again = installer_.install(sources_, "https://drupal.example");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->empty()) << again->front();
  EXPECT_EQ(complaints(), "");
  EXPECT_EQ(*schema_version(one_.connection, one_.names), newest_schema_version());
}

TEST_F(Install, WatchesOnlyTheTablesOfTheSources) {
  sources_ = {course_source()};
  install();
  EXPECT_EQ(triggers(),
            "config.moodle_sync_capture node.moodle_sync_capture node.moodle_sync_truncate");
}

TEST_F(Install, AsksForAnInstallWhenTheSourcesHaveChanged) {
  sources_[1].bundle = "page";
  EXPECT_NE(complaints().find("trigger on node does not watch"), std::string::npos);
  install();
  EXPECT_EQ(complaints(), "");
  forget_changes();
  site_.create_node("page", "Imprint");
  EXPECT_NE(changes(), "");
}

TEST_F(Install, LeavesNoTraceWhenUninstalled) {
  const auto nid = site_.create_node("course", "Chemistry");
  ASSERT_TRUE(installer_.uninstall());
  EXPECT_EQ(triggers(), "");
  EXPECT_EQ(sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'moodle_sync%'"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM pg_proc WHERE proname LIKE 'capture%'"), "0");
  site_.save_node(nid, {.base = {{"title", "Physics"}}});
  auto again = installer_.uninstall();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->front(), "there is no schema moodle_sync");
}

TEST_F(Install, RefusesToRemoveASchemaThatSomebodyElseMade) {
  ASSERT_TRUE(installer_.uninstall());
  sql("CREATE SCHEMA moodle_sync");
  EXPECT_EQ(installer_.uninstall().error().code, "not_ours");
}

TEST_F(Install, PutsBackTriggersThatDrupalLeftOnARenamedTable) {
  const Task task = claimed_course();
  settle(one_, {done(task, 42)});
  sql("ALTER TABLE {node} RENAME TO old_node");
  sql("CREATE TABLE {node} (LIKE {old_node} INCLUDING ALL)");
  EXPECT_NE(complaints().find("trigger on node is missing"), std::string::npos);
  install();
  EXPECT_EQ(complaints(), "");
  EXPECT_EQ(triggers().find("old_node"), std::string::npos);
  // What was missed meanwhile, the sweep finds.
  EXPECT_EQ(sql("SELECT updated_at FROM {moodle_sync.link}"), "-infinity");
}

TEST_F(Install, NoticesADisabledTrigger) {
  sql("ALTER TABLE {users} DISABLE TRIGGER moodle_sync_capture");
  EXPECT_NE(complaints().find("trigger on users is disabled"), std::string::npos);
  install();
  EXPECT_EQ(complaints(), "");
}

TEST_F(Install, GivesUpItsPlaceToAnEditorAndComesBack) {
  ASSERT_TRUE(installer_.uninstall());
  DrupalSite editor(site_.connection(), site_.options());
  editor.sql().begin();
  editor.sql().run(one_.names.expand("LOCK TABLE {node} IN ROW EXCLUSIVE MODE"));
  // After the first attempt has given up, the lock is let go.
  std::thread saved([&] {
    for (int i = 0; i < 3000; ++i) {
      if (sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
              "wait_event_type = 'Lock'") != "0") {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    editor.sql().commit();
  });
  const auto done = installer_.install(sources_, "https://drupal.example");
  saved.join();
  EXPECT_TRUE(done) << done.error().message;
}

TEST_F(Install, TakesOverTheMoodleIdsThatExist) {
  ASSERT_TRUE(installer_.uninstall());
  const auto known = site_.create_node("course", "Chemistry", {{"field_moodle_id", {" 41 "}}});
  site_.create_node("course", "Physics", {{"field_moodle_id", {"ignore"}}});
  site_.create_node("course", "Biology");
  site_.create_node("page", "Imprint", {});
  const auto term = site_.create_term("categories", "Science", {}, {{"field_moodle_id", {"7"}}});
  site_.create_term("tags", "blue", {}, {{"field_moodle_id", {"8"}}});
  install();
  EXPECT_EQ(links(),
            "category " + std::to_string(term) + "=7, course " + std::to_string(known) + "=41");
}

TEST_F(Install, KnowsTheIdOfACourseThatIsDeletedRightAfterwards) {
  ASSERT_TRUE(installer_.uninstall());
  const auto nid = site_.create_node("course", "Chemistry", {{"field_moodle_id", {"41"}}});
  install();
  site_.remove("node", {nid});
  drain(one_);
  const auto tasks = claim(one_);
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].link->moodle_id, MoodleId{41});
}

TEST_F(Install, RefusesADatabaseWithoutDrupal) {
  Instance empty(PostgresCluster::shared().create_database(), {}, sources_);
  SchemaInstaller installer(empty.connection, empty.names);
  EXPECT_EQ(installer.install(sources_, "https://drupal.example").error().code, "no_drupal");
}

TEST_F(Install, RefusesACopyOfTheDatabase) {
  one_.connection.close();
  const std::string original = site_.connection();
  // Nobody may be connected to what is copied.
  PostgresCluster::run(PostgresCluster::shared().connection("postgres"),
                       "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
                       "datname LIKE 'test\\_%'");
  Instance copy(PostgresCluster::shared().copy_database(original), {}, sources_);
  SchemaInstaller installer(copy.connection, copy.names);
  EXPECT_EQ(installer.install(sources_, "https://drupal.example").error().code, "site_differs");
}

/// As a site has it that was installed before version 8, with work to do.
TEST_F(Install, BringsAnOlderSchemaUpToDateWithAllThatIsInIt) {
  ASSERT_TRUE(installer_.uninstall());
  site_.sql().script(one_.names.expand(
      "CREATE SCHEMA moodle_sync; CREATE TABLE {moodle_sync.migration} (version integer PRIMARY "
      "KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"));
  for (const Migration& migration : migrations()) {
    if (migration.version >= 8) continue;
    site_.sql().script(one_.names.expand(migration.sql));
    sql("INSERT INTO {moodle_sync.migration} (version, name) VALUES (" +
        std::to_string(migration.version) + ", 'old')");
  }
  sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, state, due_at, "
      "lease_until, token) VALUES ('course', 'main', 'node', 1, 'pending', now(), NULL, NULL), "
      "('course', 'main', 'node', 2, 'parked', now(), NULL, NULL), "
      "('course', 'main', 'node', 3, 'running', now() + interval '1 hour', now() + interval "
      "'1 hour', 7)");
  sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id) "
      "VALUES ('course', 'main', 'node', 1, 11)");
  install();
  EXPECT_EQ(*schema_version(one_.connection, one_.names), newest_schema_version());
  const auto tasks = claim(one_);
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].key.entity.id, 1);
  EXPECT_EQ(tasks[0].link->moodle_id, MoodleId{11});
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task}"), "3");
}

TEST_F(Install, RefusesASchemaOfANewerProgram) {
  sql("INSERT INTO {moodle_sync.migration} (version, name) VALUES (1000, 'future')");
  EXPECT_EQ(installer_.install(sources_, "https://drupal.example").error().code, "schema_too_new");
  EXPECT_NE(complaints().find("use the newer moodle-syncd"), std::string::npos);
}

TEST_F(Install, NamesEveryRightThatTheDaemonsRoleLacks) {
  sql("CREATE ROLE syncd LOGIN");
  Instance lesser(site_.connection() + " user=syncd", {}, sources_);
  SchemaInstaller installer(lesser.connection, lesser.names);
  EXPECT_NE(complaints(installer).find("GRANT USAGE ON schema \"moodle_sync\" TO \"syncd\""),
            std::string::npos);
  sql("GRANT USAGE ON SCHEMA moodle_sync TO syncd");
  sql("GRANT ALL ON ALL TABLES IN SCHEMA moodle_sync TO syncd");
  sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA moodle_sync TO syncd");
  sql("GRANT SELECT ON {config}, {key_value} TO syncd");
  sql("REVOKE EXECUTE ON FUNCTION {moodle_sync.refresh_statistics}() FROM PUBLIC");
  const std::string rest = complaints(installer);
  EXPECT_NE(
      rest.find("GRANT EXECUTE ON function \"moodle_sync\".\"refresh_statistics\"() TO \"syncd\""),
      std::string::npos)
      << rest;
  EXPECT_NE(rest.find("GRANT UPDATE (\"langcode\") ON \"public\".\"node\" TO"), std::string::npos);
  EXPECT_NE(rest.find("GRANT DELETE ON \"public\".\"cache_entity\" TO"), std::string::npos);
  EXPECT_NE(rest.find("GRANT SELECT (\"mail\") ON \"public\".\"users_field_data\""),
            std::string::npos);
  EXPECT_EQ(rest.find("pass"), std::string::npos);
  sql("GRANT EXECUTE ON FUNCTION {moodle_sync.refresh_statistics}() TO syncd");
  EXPECT_EQ(complaints(installer).find("refresh_statistics"), std::string::npos);
  sql("DELETE FROM {moodle_sync.task}");
  sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id)"
      " SELECT 'course', 'main', 'node', n FROM generate_series(1, 77) n");
  const auto counted =
      lesser.connection.query(one_.names.expand("SELECT {moodle_sync.refresh_statistics}()"));
  EXPECT_TRUE(counted) << counted.error().message;
  EXPECT_EQ(sql("SELECT reltuples FROM pg_class WHERE oid = '{moodle_sync.task}'::regclass"), "77")
      << "counted in the owner's name";
  sql("DROP OWNED BY syncd");
  lesser.connection.close();
  sql("DROP ROLE syncd");
}

TEST_F(Install, MakesDoWithTheRightsThatItAsksFor) {
  sql("CREATE ROLE syncd LOGIN");
  site_.create_node("course", "Chemistry");
  site_.create_profile("student", site_.create_user("anna"));
  Instance lesser(site_.connection() + " user=syncd", {}, sources_);
  SchemaInstaller installer(lesser.connection, lesser.names);
  // Each look finds more, since it sees more.
  for (int look = 0; look < 4; ++look) {
    const auto findings = installer.check(sources_);
    ASSERT_TRUE(findings) << findings.error().message;
    for (const Finding& finding : *findings) {
      const auto grant = finding.advice.find("GRANT ");
      if (grant != std::string::npos) site_.sql().run(finding.advice.substr(grant));
    }
  }
  EXPECT_EQ(complaints(installer), "");
  drain(lesser);
  SweepReport swept;
  while (!swept.finished) {
    const auto report = lesser.queue.sweep(1000);
    ASSERT_TRUE(report) << report.error().message;
    swept = *report;
  }
  std::vector<Settlement> group;
  for (const Task& task : claim(lesser)) group.push_back(done(task, 42));
  EXPECT_GE(group.size(), 2U);
  EXPECT_EQ(settle(lesser, group).settled, group.size());
  EXPECT_TRUE(lesser.queue.stats());
  sql("DROP OWNED BY syncd");
  lesser.connection.close();
  sql("DROP ROLE syncd");
}

/// Names that only quoting survives.
class InstallAnywhere : public QueueTest, public testing::WithParamInterface<int> {
 protected:
  static DrupalSiteOptions options() {
    DrupalSiteOptions options;
    if (GetParam() != 0) options.schema = "site \"two\"; --";
    if (GetParam() != 1) options.prefix = "d'8$capture$_";
    return options;
  }
  InstallAnywhere() : QueueTest(options()) {}
};

TEST_P(InstallAnywhere, WorksWithHostileNames) {
  forget_changes();
  const Task task = claimed_course();
  EXPECT_EQ(settle(one_, {done(task, 42)}).settled, 1U);
  auto swept = one_.queue.sweep(1000);
  EXPECT_TRUE(swept) << swept.error().message;
  auto findings = installer_.check(sources_);
  ASSERT_TRUE(findings) << findings.error().message;
  for (const Finding& finding : *findings) {
    EXPECT_EQ(finding.level, Finding::Level::kOk) << finding.what;
  }
  EXPECT_TRUE(installer_.uninstall());
}

INSTANTIATE_TEST_SUITE_P(Names, InstallAnywhere, testing::Range(0, 3));

}  // namespace
}  // namespace moodlesync::postgres
