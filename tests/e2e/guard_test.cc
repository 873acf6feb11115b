// Copies of a site, as the daemon meets them: which of them it can tell apart, and which not.
#include <gtest/gtest.h>

#include <csignal>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testsupport::Campus;
using testsupport::DaemonRig;
using testsupport::Finished;
using testsupport::PostgresCluster;
using testsupport::TemporaryDirectory;

/// A site that a daemon has worked with, and one course that is still to be made.
class CopyTest : public testing::Test {
 protected:
  CopyTest() {
    rig_.install();
    run_for_a_moment();
    rig_.campus().add_courses(1);
  }

  void run_for_a_moment() {
    const auto before = rig_.moodle().count("core_webservice_get_site_info");
    rig_.start();
    EXPECT_TRUE(DaemonRig::wait_until(
        [&] { return rig_.moodle().count("core_webservice_get_site_info") > before; }));
    EXPECT_EQ(rig_.stop(SIGTERM), 0);
  }
  /// The first database of the cluster, whose sessions would be in the way.
  [[nodiscard]] std::string database() {
    const std::string connection = rig_.drupal().connection();
    return connection.substr(connection.rfind('=') + 1);
  }
  static void cut_all_sessions() {
    PostgresCluster::run(PostgresCluster::shared().connection("postgres"),
                         "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
                         "datname LIKE 'test\\_%'");
  }
  /// `moodle-syncd COMMAND` with the same Moodle on another database and state folder.
  Finished command(const std::string& word, const std::string& connection,
                   const std::filesystem::path& state_dir) {
    const std::string yaml =
        "drupal:\n  site_url: https://drupal.example\n  connection: \"" + connection +
        "\"\nmoodle:\n  url: " + rig_.moodle().url() + "\n  allow_http: true\n  token_file: " +
        elsewhere_.write("token", rig_.moodle().token()).string() +
        "\nstate_dir: " + state_dir.string() + "\n" + Campus::components_yaml(2);
    const auto config = elsewhere_.write("copy.yaml", yaml).string();
    return testsupport::run_program(MOODLESYNC_DAEMON, {word, "--config", config});
  }
  [[nodiscard]] std::filesystem::path state_dir() const { return rig_.config().parent_path(); }
  /// The state folder as a cloned machine would have it.
  [[nodiscard]] std::filesystem::path copied_state_dir() const {
    auto copy = elsewhere_.path() / "state";
    std::filesystem::create_directories(copy);
    std::filesystem::copy_file(state_dir() / "epoch", copy / "epoch");
    return copy;
  }
  [[nodiscard]] std::filesystem::path empty_state_dir() const {
    return elsewhere_.path() / "empty";
  }
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }
  void expect_refused(const Finished& finished, const std::string& because) {
    EXPECT_EQ(finished.code, 3) << finished.output;
    EXPECT_NE(finished.output.find(because), std::string::npos) << finished.output;
    EXPECT_EQ(courses(), 0U) << "nothing was written to Moodle";
  }

  DaemonRig rig_{MOODLESYNC_DAEMON};
  TemporaryDirectory elsewhere_;
};

TEST_F(CopyTest, ADumpThatWasRestoredIsRefusedByItsOid) {
  const std::string copy = PostgresCluster::shared().create_database();
  const auto piped = testsupport::run_program(
      "/bin/sh", {"-c", "pg_dump \"$1\" | psql -q -v ON_ERROR_STOP=1 \"$2\"", "sh",
                  rig_.drupal().connection(), copy});
  ASSERT_EQ(piped.code, 0) << piped.output;
  expect_refused(command("once", copy, copied_state_dir()), "the database's oid");
}

TEST_F(CopyTest, ADatabaseMadeFromATemplateIsRefusedByItsNameAndOid) {
  const std::string original = rig_.drupal().connection();
  cut_all_sessions();
  const std::string copy = PostgresCluster::shared().copy_database(original);
  const Finished refused = command("once", copy, copied_state_dir());
  expect_refused(refused, "the database's oid");
  expect_refused(refused, "the database name");
}

TEST_F(CopyTest, ARenamedDatabaseIsRefusedByItsName) {
  const std::string name = database();
  cut_all_sessions();
  const PostgresCluster& cluster = PostgresCluster::shared();
  PostgresCluster::run(cluster.connection("postgres"),
                       "ALTER DATABASE " + name + " RENAME TO renamed");
  expect_refused(command("once", cluster.connection("renamed"), state_dir()), "the database name");
  PostgresCluster::run(cluster.connection("postgres"), "DROP DATABASE renamed WITH (FORCE)");
}

TEST_F(CopyTest, AClonedVolumeIsRefusedOnAMachineThatHasNeverWorkedWithTheSite) {
  const std::string name = database();
  const auto clone = PostgresCluster::clone_of(PostgresCluster::shared());
  expect_refused(command("once", clone->connection(name), empty_state_dir()), "state_dir is empty");
}

TEST_F(CopyTest, AClonedVolumeIsRefusedOnceTheOriginalHasGoneOn) {
  const std::string name = database();
  const auto clone = PostgresCluster::clone_of(PostgresCluster::shared());
  run_for_a_moment();
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() <= 1; }));
  const std::size_t before = courses();
  const Finished refused = command("once", clone->connection(name), state_dir());
  EXPECT_EQ(refused.code, 3) << refused.output;
  EXPECT_NE(refused.output.find("the epoch in state_dir"), std::string::npos) << refused.output;
  EXPECT_EQ(courses(), before);
}

/// What docs/operator.md admits, so that nobody believes more of the guard than it can do.
TEST_F(CopyTest, AMachineThatIsClonedAsAWholeTogetherWithItsStateFolderCannotBeToldApart) {
  const std::string name = database();
  const auto clone = PostgresCluster::clone_of(PostgresCluster::shared());
  const Finished taken = command("once", clone->connection(name), copied_state_dir());
  EXPECT_EQ(taken.code, 0) << taken.output;
  EXPECT_EQ(courses(), 1U);
}

TEST_F(CopyTest, AFurtherInstanceIsLetInByAdoptSiteAndTheFirstOneGoesOn) {
  const std::string connection = rig_.drupal().connection();
  expect_refused(command("once", connection, empty_state_dir()), "further instance");
  const auto adopted = testsupport::run_program(
      MOODLESYNC_DAEMON,
      {"adopt-site", "--yes", "--config", (elsewhere_.path() / "copy.yaml").string()});
  EXPECT_EQ(adopted.code, 0) << adopted.output;
  EXPECT_EQ(command("once", connection, empty_state_dir()).code, 0);
  EXPECT_EQ(courses(), 1U);
  run_for_a_moment();
}

}  // namespace
}  // namespace moodlesync
