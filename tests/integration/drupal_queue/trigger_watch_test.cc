// Triggers vanish when Drupal rebuilds a table; it is noticed, put back by install, and what was
// missed meanwhile is queued again.
#include "drupal/postgres/trigger_watch.h"

#include "integration/drupal_queue/queue_fixture.h"
#include "support/drupal_site/config_rows.h"

namespace moodlesync::postgres {
namespace {

class TriggersLost : public QueueTest {
 protected:
  TriggersLost() : watch_(one_.connection, one_.names, true) { watch_.set_sources(sources_); }

  CaptureWatch::Report look() {
    auto report = watch_.look();
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : CaptureWatch::Report{};
  }
  /// As Drupal converts an entity type: the old table is kept under another name and takes the
  /// triggers along.
  void rebuild(const std::string& table) {
    sql("ALTER TABLE {" + table + "} RENAME TO old_3f2a1b" + table);
    sql("CREATE TABLE {" + table + "} (LIKE {old_3f2a1b" + table + "} INCLUDING ALL)");
    sql("INSERT INTO {" + table + "} SELECT * FROM {old_3f2a1b" + table + "}");
  }
  void sweep_all() {
    for (;;) {
      auto report = one_.queue.sweep(1000);
      ASSERT_TRUE(report) << report.error().message;
      if (report->finished) return;
    }
  }
  [[nodiscard]] std::string course_tasks() {
    return sql("SELECT count(*) FROM {moodle_sync.task} WHERE component = 'course'");
  }
  /// Courses that are in step: captured, synced, linked.
  void sync_courses(int count) {
    for (int i = 0; i < count; ++i) site_.create_node("course", "Course " + std::to_string(i));
    drain(one_);
    std::vector<Settlement> group;
    for (const Task& task : claim(one_)) group.push_back(done(task, 100 + task.key.entity.id));
    settle(one_, group);
    // Not saved just now, else the sweep would look at them to be on the safe side.
    site_.sql().run("UPDATE node_field_data SET changed = changed - 3600");
    ASSERT_EQ(course_tasks(), "0");
  }

  TriggerWatch watch_;
};

TEST_F(TriggersLost, ARebuiltTableIsNoticed) {
  EXPECT_TRUE(look().gaps.empty());
  rebuild("node");
  EXPECT_EQ(look().gaps, std::vector<std::string>{"the trigger on node is missing"});
}

TEST_F(TriggersLost, ADisabledTriggerIsNoticed) {
  sql("ALTER TABLE {taxonomy_term_data} DISABLE TRIGGER ALL");
  EXPECT_EQ(look().gaps, std::vector<std::string>{"the trigger on taxonomy_term_data is disabled"});
}

TEST_F(TriggersLost, ASupplementWhoseTableDrupalDoesNotHaveIsNoGap) {
  sql("DROP TABLE {user__roles} CASCADE");
  EXPECT_TRUE(look().gaps.empty());
}

TEST_F(TriggersLost, InstallPutsThemBackAndTheSweepQueuesEverythingOfTheType) {
  sync_courses(3);
  rebuild("node");
  site_.sql().run("UPDATE node_field_data SET title = title || '!'");  // Missed, and undated.
  EXPECT_FALSE(look().gaps.empty());
  sweep_all();
  EXPECT_EQ(course_tasks(), "0") << "nothing tells that anything was missed";
  install();
  EXPECT_TRUE(look().gaps.empty());
  sweep_all();
  EXPECT_EQ(course_tasks(), "3");
  EXPECT_EQ(changes(), "");
  site_.create_node("course", "Later");
  EXPECT_NE(changes(), "") << "the capture works again";
}

TEST_F(TriggersLost, ARunningDaemonQueuesTheGapOnceSomebodyElseHasClosedIt) {
  sync_courses(2);
  sql("ALTER TABLE {node} DISABLE TRIGGER moodle_sync_capture");
  EXPECT_FALSE(look().closed);
  sql("ALTER TABLE {node} ENABLE TRIGGER moodle_sync_capture");
  const CaptureWatch::Report report = look();
  EXPECT_TRUE(report.gaps.empty());
  EXPECT_TRUE(report.closed);
  EXPECT_FALSE(look().closed);
  sweep_all();
  EXPECT_EQ(course_tasks(), "2");
}

TEST_F(TriggersLost, AGapOfAProfileTableConcernsTheUsersThatOwnThem) {
  site_.create_user("anna");
  drain(one_);
  std::vector<Settlement> group;
  for (const Task& task : claim(one_)) group.push_back(done(task, 7));
  settle(one_, group);
  sql("ALTER TABLE {profile} DISABLE TRIGGER moodle_sync_capture");
  look();
  sql("ALTER TABLE {profile} ENABLE TRIGGER moodle_sync_capture");
  EXPECT_TRUE(look().closed);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.link} WHERE entity_type = 'user' AND updated_at "
                "= '-infinity'"),
            std::to_string(group.size()));
}

class CachesElsewhere : public QueueTest {
 protected:
  [[nodiscard]] static Finding finding(SchemaInstaller& installer,
                                       const std::vector<SourceSpec>& sources) {
    auto findings = installer.check(sources);
    EXPECT_TRUE(findings) << findings.error().message;
    for (Finding& one : *findings) {
      if (one.what.find("cache") != std::string::npos) return std::move(one);
    }
    return {};
  }
  void enable(const std::string& module) {
    using testsupport::Php;
    testsupport::write_config(
        site_.context(), "core.extension",
        Php::map({{"module", Php::map({{"node", 0}, {module, 0}, {"user", 0}})}}));
  }
};

TEST_F(CachesElsewhere, ArePutDownToTheModulesThatBringThem) {
  for (const char* module : {"redis", "memcache", "memcache_storage", "apcu"}) {
    enable(module);
    const Finding found = finding(installer_, sources_);
    EXPECT_EQ(found.level, Finding::Level::kWarning);
    EXPECT_NE(found.what.find(module), std::string::npos) << found.what;
    EXPECT_NE(found.what.find("settings.php"), std::string::npos) << found.what;
    EXPECT_NE(found.advice.find("drupal.invalidate_command"), std::string::npos) << found.advice;
  }
}

TEST_F(CachesElsewhere, AreNoWorryWhenSomebodyTellsThem) {
  enable("redis");
  SchemaInstaller telling(one_.connection, one_.names, {.outside_caches = true});
  EXPECT_EQ(finding(telling, sources_).level, Finding::Level::kOk);
}

TEST_F(CachesElsewhere, AreSuspectedWhereTheEntityCacheHasNoTable) {
  sql("DROP TABLE {cache_entity}");
  const Finding found = finding(installer_, sources_);
  EXPECT_EQ(found.level, Finding::Level::kWarning);
  EXPECT_NE(found.what.find("cache_entity"), std::string::npos) << found.what;
}

TEST_F(CachesElsewhere, AreSaidToBeInvisibleWhereNothingSpeaksForThem) {
  const Finding found = finding(installer_, sources_);
  EXPECT_EQ(found.level, Finding::Level::kOk);
  EXPECT_NE(found.what.find("settings.php is not visible"), std::string::npos) << found.what;
}

}  // namespace
}  // namespace moodlesync::postgres
