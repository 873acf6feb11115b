// PgBouncer in transaction mode: each transaction may get another session, and what we set in one
// would be somebody else's next.
#include <thread>

#include "drupal/postgres/entity_reader.h"
#include "drupal/postgres/listener.h"
#include "drupal/postgres/site_schema.h"
#include "drupal/postgres/write_back.h"
#include "integration/drupal_queue/queue_fixture.h"
#include "support/pgbouncer/pgbouncer.h"

namespace moodlesync::postgres {
namespace {

using testsupport::PgBouncer;

class Pooled : public QueueTest {
 protected:
  Pooled() : pool_(site_.connection(), 3), far_(pool_.connection(), site_.options(), sources_) {}

  /// The settings that somebody else meets in each of the pool's sessions.
  [[nodiscard]] std::set<std::string> settings_of_others(const std::string& setting) const {
    std::set<std::string> found;
    std::vector<std::unique_ptr<testsupport::Session>> others;
    for (int i = 0; i < 3; ++i) {
      others.push_back(std::make_unique<testsupport::Session>(pool_.connection()));
      others.back()->begin();  // Holds its session, so that the next one gets another.
      found.insert(others.back()->text("SHOW " + setting));
    }
    for (const auto& other : others) other->commit();
    return found;
  }

  PgBouncer pool_;
  Instance far_;
};

TEST_F(Pooled, IsNoticedAndADirectConnectionIsNotTakenForIt) {
  ASSERT_TRUE(far_.connection.open());
  EXPECT_TRUE(far_.connection.is_pooled());
  ASSERT_TRUE(one_.connection.open());
  EXPECT_FALSE(one_.connection.is_pooled());
}

TEST_F(Pooled, WorksAsWithoutAPool) {
  for (int i = 0; i < 5; ++i) {
    const auto nid = site_.create_node("course", "Course " + std::to_string(i));
    EXPECT_EQ(drain(far_).taken, 1U);
    const auto tasks = claim(far_);
    ASSERT_EQ(tasks.size(), 1U);
    Settlement settlement = done(tasks[0], 100 + i);
    settlement.owe_write_back = true;
    EXPECT_EQ(settle(far_, {settlement}).settled, 1U);
    SiteSchema schema(far_.names);
    DrupalWriteBack write_back(far_.connection, far_.names, schema);
    const std::vector<SourceSpec> sources{course_source()};
    write_back.set_sources(sources);
    auto report = write_back.run(10);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->written, 1U);
    EXPECT_EQ(site_.load({"node", nid}).text("field_moodle_id"), std::to_string(100 + i));
  }
  EXPECT_TRUE(far_.queue.sweep(1000));
}

TEST_F(Pooled, ReadsEntitiesAsWithoutAPool) {
  const auto nid = site_.create_node("course", "Algebra");
  SourceSpec source = course_source();
  source.fields.push_back({{"", "title", ""}, "", {}});
  source.fields.push_back({{"", "field_moodle_id", ""}, "", {}});
  SiteSchema schema(far_.names);
  EntityReader reader(far_.connection, far_.names, schema);
  const auto faults = reader.prepare(std::vector{source});
  ASSERT_TRUE(faults) << faults.error().message;
  for (int i = 0; i < 5; ++i) {
    const auto entities = reader.load(source, std::vector{EntityRef{"node", nid}});
    ASSERT_TRUE(entities) << entities.error().message;
    EXPECT_TRUE(entities->at(0).exists);
    EXPECT_EQ(entities->at(0).text("title"), "Algebra");
  }
}

TEST_F(Pooled, LeavesNoSettingOfOursToDrupal) {
  for (int i = 0; i < 10; ++i) {
    site_.create_node("course", "Course");
    drain(far_);
    EXPECT_EQ(claim(far_).size(), 1U);
    EXPECT_TRUE(far_.connection.run("SELECT 1"));
    EXPECT_FALSE(far_.connection.query("SELECT no_such_column"));
  }
  EXPECT_EQ(settings_of_others("search_path"), std::set<std::string>{"\"$user\", public"});
  EXPECT_EQ(settings_of_others("bytea_output"), std::set<std::string>{"escape"});
  EXPECT_EQ(settings_of_others("statement_timeout"), std::set<std::string>{"0"});
}

TEST_F(Pooled, ReadsUnderItsOwnSettingsInEverySession) {
  for (int i = 0; i < 6; ++i) {
    auto rows = far_.connection.query("SELECT current_setting('bytea_output'), '\\x00ff'::bytea");
    ASSERT_TRUE(rows);
    EXPECT_EQ((*rows)[0].text(0), "hex");
    EXPECT_EQ((*rows)[0].bytes(1), std::string("\0\xff", 2));
  }
}

TEST_F(Pooled, InstallsAndChecksThroughThePoolWithAWarning) {
  SchemaInstaller installer(far_.connection, far_.names);
  ASSERT_TRUE(installer.uninstall());
  const auto done = installer.install(sources_, "https://drupal.example");
  ASSERT_TRUE(done) << done.error().message;
  const auto findings = installer.check(sources_);
  ASSERT_TRUE(findings) << findings.error().message;
  std::string warnings;
  for (const Finding& finding : *findings) {
    if (finding.level != Finding::Level::kOk) warnings += finding.what + "\n";
  }
  EXPECT_NE(warnings.find("pooler"), std::string::npos);
  EXPECT_EQ(std::ranges::count(warnings, '\n'), 1);
}

TEST_F(Pooled, SaysThatNotificationsDoNotComeAndFindsChangesByLooking) {
  ASSERT_TRUE(far_.connection.open());
  Listener listener(session_settings(pool_.connection()), "moodle_sync", true, far_.connection,
                    ListenerPatience{.between_tries = std::chrono::milliseconds(1),
                                     .ping = std::chrono::milliseconds(300),
                                     .between_pings = std::chrono::milliseconds(20)});
  std::optional<std::string> trouble;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!trouble && std::chrono::steady_clock::now() < deadline) {
    static_cast<void>(listener.consume());
    trouble = listener.take_trouble();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_TRUE(trouble);
  EXPECT_NE(trouble->find("pooler"), std::string::npos) << *trouble;
  site_.create_node("course", "Chemistry");
  EXPECT_EQ(drain(far_).taken, 1U);
}

}  // namespace
}  // namespace moodlesync::postgres
