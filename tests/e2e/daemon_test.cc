// The daemon as its users run it: a process, a configuration file, signals and exit codes.
#include <gtest/gtest.h>

#include <csignal>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using std::chrono::seconds;
using testsupport::DaemonRig;

class DaemonTest : public testing::Test {
 protected:
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }
  std::int64_t tasks(const std::string& where) {
    return rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.task WHERE " + where);
  }
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(DaemonTest, BringsAnEditorsChangeToMoodleWithinASecond) {
  rig_.install();
  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.moodle().count("core_webservice_get_site_info") > 0; }));
  rig_.campus().add_courses(1);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 1; }, seconds{10}));
  EXPECT_TRUE(DaemonRig::wait_until([&] { return rig_.differences().empty(); }, seconds{10}));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

TEST_F(DaemonTest, FinishesWhatIsInFlightWhenToldToStopInMidBatch) {
  rig_.install();
  rig_.campus().add_courses(100);
  auto gate = rig_.moodle().hold("core_course_create_courses");
  rig_.start();
  ASSERT_TRUE(gate.wait_for(1));
  rig_.daemon().signal(SIGTERM);
  ASSERT_TRUE(
      DaemonRig::wait_until([&] { return rig_.log_text().find("stopping") != std::string::npos; }));
  gate.release();
  EXPECT_EQ(rig_.daemon().wait(seconds{30}), 0);
  EXPECT_EQ(courses(), 100U);
  EXPECT_EQ(tasks("true"), 0);
}

TEST_F(DaemonTest, ReleasesWhatMoodleDoesNotAnswerWithinTheGrace) {
  rig_.configure("engine:\n  shutdown_grace: 1s\n");
  rig_.install();
  rig_.campus().add_courses(3);
  auto gate = rig_.moodle().hold("core_course_create_courses", sim::Gate::Place::kAfterWork);
  rig_.start();
  ASSERT_TRUE(gate.wait_for(1));
  EXPECT_EQ(rig_.stop(SIGTERM, seconds{10}), 0);
  EXPECT_EQ(tasks("state = 'pending' AND attempts = 0 AND in_doubt"), 3);
  gate.release();
  EXPECT_EQ(rig_.command({"once"}).code, 0);
  EXPECT_EQ(courses(), 3U) << "they were looked up, not created again";
  EXPECT_TRUE(rig_.differences().empty());
}

TEST_F(DaemonTest, TakesUpANewConfigurationOnSighupAndKeepsTheOldOneWhenTheNewIsBad) {
  rig_.install();
  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.moodle().count("core_webservice_get_site_info") == 1; }));
  rig_.configure("engine:\n  poll_intervall: 1s\n");
  rig_.daemon().signal(SIGHUP);
  EXPECT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.log_text().find("poll_intervall") != std::string::npos; }));
  rig_.configure("");
  rig_.daemon().signal(SIGHUP);
  EXPECT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.moodle().count("core_webservice_get_site_info") > 1; }));
  rig_.campus().add_courses(1);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 1; }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

TEST_F(DaemonTest, RefusesADatabaseThatWasDumpedAndRestored) {
  rig_.install();
  rig_.campus().add_courses(1);
  const std::string copy = testsupport::PostgresCluster::shared().create_database();
  const auto piped = testsupport::run_program(
      "/bin/sh", {"-c", "pg_dump \"$1\" | psql -q -v ON_ERROR_STOP=1 \"$2\"", "sh",
                  rig_.drupal().connection(), copy});
  ASSERT_EQ(piped.code, 0) << piped.output;
  rig_.configure("");
  testsupport::TemporaryDirectory elsewhere;
  const std::string yaml =
      "drupal:\n  site_url: https://drupal.example\n  connection: \"" + copy +
      "\"\nmoodle:\n  url: " + rig_.moodle().url() + "\n  allow_http: true\n  token_file: " +
      elsewhere.write("token", rig_.moodle().token()).string() +
      "\nstate_dir: " + elsewhere.path().string() + "\n" + testsupport::Campus::components_yaml(2);
  const auto config = elsewhere.write("copy.yaml", yaml).string();
  const auto refused = testsupport::run_program(MOODLESYNC_DAEMON, {"once", "--config", config});
  EXPECT_EQ(refused.code, 3) << refused.output;
  EXPECT_NE(refused.output.find("adopt-site"), std::string::npos) << refused.output;
  EXPECT_EQ(courses(), 0U);
  ASSERT_EQ(
      testsupport::run_program(MOODLESYNC_DAEMON, {"adopt-site", "--yes", "--config", config}).code,
      0);
  EXPECT_EQ(testsupport::run_program(MOODLESYNC_DAEMON, {"once", "--config", config}).code, 0);
  EXPECT_EQ(courses(), 1U);
}

TEST_F(DaemonTest, DoesNotStartOnASchemaThatIsOlderThanTheProgram) {
  rig_.install();
  rig_.campus().add_courses(1);
  rig_.drupal().sql().script(
      "DELETE FROM moodle_sync.migration WHERE version = (SELECT max(version) FROM "
      "moodle_sync.migration)");
  for (const char* how : {"once", "run"}) {
    const auto refused = rig_.command({how});
    EXPECT_EQ(refused.code, 78) << refused.output;
    EXPECT_NE(refused.output.find("moodle-syncd install"), std::string::npos) << refused.output;
  }
  EXPECT_EQ(rig_.moodle().count(""), 0);
}

TEST_F(DaemonTest, LeavesNoTraceInDrupalAfterUninstall) {
  rig_.install();
  ASSERT_EQ(rig_.command({"uninstall", "--yes"}).code, 0);
  EXPECT_EQ(rig_.drupal().sql().number(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'moodle_sync%'"),
            0);
  EXPECT_EQ(
      rig_.drupal().sql().number(
          "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%moodle%'"),
      0);
}

TEST_F(DaemonTest, ChecksOutOnASiteThatIsSetUpWell) {
  rig_.install();
  const auto checked = rig_.command({"check"});
  EXPECT_EQ(checked.code, 0) << checked.output;
}

TEST_F(DaemonTest, NamesTheNearestRealFieldOfAMappingThatIsWrong) {
  rig_.configure("", R"(components:
  category:
    sources:
      - { vocabulary: sections, description_field: field_descripton }
)");
  const auto checked = rig_.command({"check"});
  EXPECT_EQ(checked.code, 78) << checked.output;
  EXPECT_NE(checked.output.find("field_description"), std::string::npos) << checked.output;
  EXPECT_NE(checked.output.find("moodle-syncd.yaml:"), std::string::npos) << checked.output;
}

TEST_F(DaemonTest, ShowsWhereThingsStand) {
  rig_.install();
  rig_.campus().add_courses(2);
  ASSERT_EQ(rig_.command({"once"}).code, 0);
  const auto status = rig_.command({"status", "--json"});
  EXPECT_EQ(status.code, 0) << status.output;
  EXPECT_NE(status.output.find("\"links\""), std::string::npos) << status.output;
}

TEST_F(DaemonTest, NeverShowsTheToken) {
  rig_.configure("");
  rig_.install();
  rig_.campus().add_courses(1);
  rig_.start();
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 1; }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  EXPECT_EQ(rig_.log_text().find(rig_.moodle().token()), std::string::npos);
}

}  // namespace
}  // namespace moodlesync
