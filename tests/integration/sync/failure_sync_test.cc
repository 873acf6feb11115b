#include <gtest/gtest.h>

#include <sstream>

#include "support/postgres_cluster/postgres_cluster.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using engine::RunEnd;
using sim::Fault;
using testsupport::SyncRig;

class FailureSync : public testing::Test {
 protected:
  explicit FailureSync(const std::string& engine = {}) : rig_(options(engine)) {}
  static SyncRig::Options options(const std::string& engine) {
    SyncRig::Options options;
    options.more_yaml = engine;
    return options;
  }
  std::int64_t node(const std::string& shortname) {
    return rig_.drupal().create_node("course", "Course " + shortname,
                                     {{"field_shortname", {shortname}}, {"field_visible", {"1"}}});
  }
  /// The courses that Moodle has beside the site's own.
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }
  SyncRig rig_;
};

TEST_F(FailureSync, ParksACourseWhoseShortnameIsTakenAndCreatesTheOther99) {
  const sim::Id holder =
      rig_.moodle().create_course({.category = 1, .fullname = "Held", .shortname = "K-50"});
  rig_.campus().add_courses(100);
  rig_.sync();
  EXPECT_EQ(courses(), 100U) << "99 of ours and the holder";
  const auto parked = rig_.parked("node", rig_.campus().courses().at(49));
  EXPECT_EQ(parked.code, "shortnametaken");
  EXPECT_NE(parked.message.find(std::to_string(holder)), std::string::npos) << parked.message;
  EXPECT_NE(parked.message.find("K-50"), std::string::npos) << parked.message;
}

TEST_F(FailureSync, SyncsAParkedCourseOnceItsEditorMendsIt) {
  rig_.moodle().create_course({.category = 1, .fullname = "Held", .shortname = "TAKEN"});
  const std::int64_t nid = node("TAKEN");
  rig_.sync();
  EXPECT_EQ(rig_.tasks("parked"), 1);
  rig_.drupal().save_node(nid, {.fields = {{"field_shortname", {"FREE"}}}});
  rig_.sync();
  EXPECT_EQ(rig_.tasks("parked"), 0);
  EXPECT_EQ(courses(), 2U);
}

TEST_F(FailureSync, KeepsTheWorkWhenSomethingElseThanMoodleAnswers) {
  node("ALG");
  rig_.moodle().inject(Fault::html().on("core_course_create_courses"));
  EXPECT_EQ(rig_.sync().kind, RunEnd::Kind::kUnavailable);
  EXPECT_EQ(rig_.tasks("parked"), 0);
  rig_.skip_waits();
  EXPECT_EQ(rig_.sync().kind, RunEnd::Kind::kIdle);
  EXPECT_EQ(courses(), 1U);
}

TEST_F(FailureSync, SpendsNoAttemptWhileMoodleIsInMaintenance) {
  node("ALG");
  rig_.moodle().inject(Fault::maintenance().always());
  EXPECT_EQ(rig_.sync().kind, RunEnd::Kind::kUnavailable);
  EXPECT_EQ(rig_.drupal().sql().number("SELECT coalesce(max(attempts), 0) FROM moodle_sync.task"),
            0);
  rig_.moodle().clear_faults();
  rig_.sync();
  EXPECT_EQ(courses(), 1U);
}

TEST_F(FailureSync, DoesNotCreateACourseTwiceWhenTheAnswerIsLost) {
  const std::int64_t nid = node("ALG");
  rig_.moodle().inject(Fault::lost_answer().on("core_course_create_courses"));
  rig_.sync();
  rig_.skip_waits();
  rig_.sync();
  EXPECT_EQ(courses(), 1U);
  EXPECT_EQ(rig_.moodle().count("core_course_create_courses"), 1)
      << "it was looked up, not created again";
  EXPECT_NE(rig_.shown_id({"node", nid}), "");
}

TEST_F(FailureSync, SpendsNoAttemptOnWhateverAnOutageDoesToAnAnswer) {
  const std::vector<Fault> faults{Fault::status(502),  Fault::cut(),   Fault::html(),
                                  Fault::garbage(),    Fault::empty(), Fault::truncated(),
                                  Fault::lost_answer()};
  // A course for each: one that fails again and again by itself would be taken for the cause.
  for (std::size_t i = 0; i < faults.size(); ++i) {
    node("ALG-" + std::to_string(i));
    rig_.moodle().inject(Fault(faults[i]).on("core_course_create_courses"));
    rig_.sync();
    EXPECT_EQ(rig_.drupal().sql().number("SELECT coalesce(max(attempts), 0) FROM moodle_sync.task"),
              0);
    rig_.moodle().clear_faults();
    rig_.skip_waits();
    rig_.sync();
  }
  EXPECT_EQ(rig_.tasks("parked"), 0);
  EXPECT_EQ(courses(), faults.size());
}

class FirewallSync : public FailureSync {
 protected:
  FirewallSync() : FailureSync("engine:\n  max_attempts: 2\n") {}
};

TEST_F(FirewallSync, ParksTheOneCourseThatAFirewallRefusesWhileTheRestGoesOn) {
  const std::int64_t refused = node("ALG");
  rig_.moodle().inject(Fault::forbidden().on("core_course_create_courses").always());
  int runs = 0;
  for (; rig_.tasks("parked") == 0 && runs < 10; ++runs) {
    rig_.drupal().create_term("sections", "Arts " + std::to_string(runs));
    rig_.sync();
    rig_.skip_waits();
  }
  const auto parked = rig_.parked("node", refused);
  EXPECT_EQ(parked.code, "http_403");
  EXPECT_NE(parked.message.find("only this row never gets through"), std::string::npos)
      << parked.message;
  rig_.sync();
  EXPECT_EQ(rig_.tasks("pending"), 0);
  EXPECT_EQ(rig_.moodle().state()->categories.size(), static_cast<std::size_t>(runs) + 2)
      << "Moodle's own and the trash bin besides";
}

TEST_F(FailureSync, SaysWhichFunctionTheServiceLacksAndStopsOnlyThatComponent) {
  rig_.drupal().create_term("sections", "Arts");
  node("ALG");
  rig_.moodle().inject(
      Fault::exception("accessexception").on("core_course_create_courses").always());
  rig_.sync();
  EXPECT_EQ(courses(), 0U);
  EXPECT_EQ(rig_.tasks("pending"), 1);
  EXPECT_EQ(rig_.moodle().count("core_course_create_categories"), 1);
}

TEST_F(FailureSync, AnEditorsSaveCommitsEvenIfTheCaptureIsBroken) {
  rig_.drupal().sql().script("DROP TABLE moodle_sync.change CASCADE");
  const std::int64_t nid = node("ALG");
  EXPECT_TRUE(rig_.drupal().has({"node", nid}));
}

TEST_F(FailureSync, FindsWhatALostEventMissed) {
  const std::int64_t nid = node("ALG");
  rig_.drupal().sql().script("DELETE FROM moodle_sync.change");
  rig_.sync();
  EXPECT_EQ(courses(), 1U);
  EXPECT_NE(rig_.shown_id({"node", nid}), "");
}

TEST_F(FailureSync, KeepsTheWorkWhileTheDatabaseLetsNobodyInAndGoesOnAfterwards) {
  node("ALG");
  const auto database = rig_.drupal().sql().text("SELECT current_database()");
  const std::string elsewhere = testsupport::PostgresCluster::shared().connection("postgres");
  const auto let_in = [&](const std::string& whether) {
    testsupport::PostgresCluster::run(
        elsewhere, "ALTER DATABASE " + database + " ALLOW_CONNECTIONS " + whether);
  };
  let_in("false");
  testsupport::PostgresCluster::run(
      elsewhere, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" +
                     database + "' AND application_name LIKE 'moodle-syncd%'");
  EXPECT_EQ(rig_.sync().kind, RunEnd::Kind::kUnavailable);
  EXPECT_EQ(courses(), 0U);
  let_in("true");
  EXPECT_EQ(rig_.sync().kind, RunEnd::Kind::kIdle);
  EXPECT_EQ(courses(), 1U);
  EXPECT_EQ(rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.task"), 0);
}

TEST_F(FailureSync, FindsByItselfWhatATableRebuildHidUntilInstallWasRun) {
  std::ostringstream log;
  SyncRig::Options options;
  options.log = &log;
  options.sweeps = true;
  SyncRig rig(options);
  rig.campus().add_courses(3);
  rig.sync();
  auto& sql = rig.drupal().sql();
  sql.script(
      "ALTER TABLE node RENAME TO old_3f2a1bnode; CREATE TABLE node (LIKE old_3f2a1bnode INCLUDING "
      "ALL); INSERT INTO node SELECT * FROM old_3f2a1bnode;"
      "UPDATE node_field_data SET title = title || ' II'");
  rig.sync();
  EXPECT_NE(log.str().find("MS-207"), std::string::npos) << log.str();
  ASSERT_TRUE(rig.wiring().database().installer().install(rig.wiring().settings().sources(),
                                                          "https://drupal.example"));
  EXPECT_TRUE(rig.differences_after_sync().empty());
}

TEST_F(FailureSync, RefusesToWorkOnACopyOfTheDatabase) {
  node("ALG");
  SyncRig::Options options;
  options.install = false;
  rig_.drupal().sql().script(
      "UPDATE moodle_sync.site SET database_oid = '1'");  // What a restore looks like from inside.
  const RunEnd end = rig_.sync();
  EXPECT_EQ(end.kind, RunEnd::Kind::kGuard);
  EXPECT_EQ(courses(), 0U);
  EXPECT_EQ(rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.change"), 1)
      << "the queue is kept";
}

}  // namespace
}  // namespace moodlesync
