// The server goes away and comes back, as itself or as a standby.
#include "drupal/postgres/listener.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

/// A cluster of the test's own, with a site on which moodle-syncd is installed.
class ServerRestart : public testing::Test {
 protected:
  ServerRestart()
      : site_(std::make_unique<DrupalSite>(DrupalSite::fresh(cluster_))),
        sources_({course_source()}),
        ours_(site_->connection(), site_->options(), sources_),
        installer_(ours_.connection, ours_.names) {
    site_->add_node_type("course");
    const auto done = installer_.install(sources_, "https://drupal.example");
    if (!done) throw std::runtime_error(done.error().message);
  }
  [[nodiscard]] ErrorKind kind_of_a_drain() {
    const auto report = ours_.queue.drain(100);
    EXPECT_FALSE(report);
    return report ? ErrorKind::kBug : report.error().kind;
  }

  PostgresCluster cluster_;
  std::unique_ptr<DrupalSite> site_;
  std::vector<SourceSpec> sources_;
  Instance ours_;
  SchemaInstaller installer_;
};

TEST_F(ServerRestart, IsOutlivedWithEverythingThatWasQueued) {
  site_->create_node("course", "Chemistry");
  ASSERT_EQ(ours_.queue.drain(100)->taken, 1U);
  const auto tasks = ours_.queue.claim({10, {"course"}, std::chrono::seconds(60)});
  ASSERT_TRUE(tasks);
  cluster_.stop();
  EXPECT_EQ(kind_of_a_drain(), ErrorKind::kUnavailable);
  EXPECT_EQ(ours_.queue.settle({}).has_value(), true);
  Settlement settlement;
  settlement.key = tasks->at(0).key;
  settlement.token = tasks->at(0).token;
  settlement.generation = tasks->at(0).generation;
  settlement.link = Link{};
  settlement.link->moodle_id = MoodleId{42};
  EXPECT_EQ(ours_.queue.settle(std::vector{settlement}).error().kind, ErrorKind::kUnavailable);
  cluster_.start();
  const auto settled = ours_.queue.settle(std::vector{settlement});
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_EQ(settled->settled, 1U);
}

TEST_F(ServerRestart, TakesNoChangeWithItThatWasDrainedAMomentAgo) {
  constexpr int kCourses = 50;
  // Else a test's server forgets what Drupal itself has committed.
  site_->sql().script("SET synchronous_commit = on");
  for (int i = 0; i < kCourses; ++i) site_->create_node("course", "Chemistry");
  ASSERT_EQ(ours_.queue.drain(100)->taken, std::size_t{kCourses});
  cluster_.crash();
  cluster_.start();
  EXPECT_EQ(kind_of_a_drain(), ErrorKind::kUnavailable);
  ASSERT_TRUE(ours_.queue.drain(100));
  const auto tasks = ours_.queue.claim({100, {"course"}, std::chrono::seconds(60)});
  ASSERT_TRUE(tasks);
  EXPECT_EQ(tasks->size(), std::size_t{kCourses});
}

TEST_F(ServerRestart, BringsTheListenerBackWhichThenSaysLook) {
  Listener listener(session_settings(site_->connection()), "moodle_sync", true, ours_.connection,
                    ListenerPatience{.between_tries = std::chrono::milliseconds(1)});
  ASSERT_TRUE(listener.consume());
  cluster_.restart();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool heard = false;
  while (!heard && std::chrono::steady_clock::now() < deadline) heard = listener.consume();
  EXPECT_TRUE(heard);
}

TEST_F(ServerRestart, AStandbyIsAnOutageUntilItIsPromoted) {
  site_->create_node("course", "Chemistry");
  site_.reset();
  cluster_.become_standby();
  const auto refused = ours_.queue.drain(100);
  ASSERT_FALSE(refused);
  if (refused.error().code != "25006") {
    // The old session's end came first.
    const auto again = ours_.queue.drain(100);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "25006") << again.error().message;
  }
  EXPECT_EQ(kind_of_a_drain(), ErrorKind::kUnavailable);
  EXPECT_FALSE(ours_.connection.is_open()) << "it asks again who is the primary";
  cluster_.promote();
  const auto drained = ours_.queue.drain(100);
  ASSERT_TRUE(drained) << drained.error().message;
  EXPECT_EQ(drained->taken, 1U);
}

TEST_F(ServerRestart, ADatabaseThatWasMadeReadOnlyIsAnOutageToo) {
  site_->create_node("course", "Chemistry");
  const auto alter = [&](const std::string& how) {
    site_->sql().script("SET default_transaction_read_only = off");
    site_->sql().script("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I " + how +
                        "', current_database()); END $$");
  };
  alter("SET default_transaction_read_only = on");
  ours_.connection.close();
  EXPECT_EQ(kind_of_a_drain(), ErrorKind::kUnavailable);
  alter("RESET default_transaction_read_only");
  EXPECT_EQ(ours_.queue.drain(100)->taken, 1U);
}

}  // namespace
}  // namespace moodlesync::postgres
