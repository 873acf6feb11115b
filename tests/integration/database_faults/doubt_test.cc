// The line to PostgreSQL is cut around COMMIT, and nobody guesses what became of it.
#include <chrono>

#include "drupal/postgres/site_schema.h"
#include "drupal/postgres/write_back.h"
#include "integration/drupal_queue/queue_fixture.h"
#include "support/postgres_gate/postgres_gate.h"

namespace moodlesync::postgres {
namespace {

using testsupport::PostgresGate;
using Cut = PostgresGate::Cut;

/// With the NUL that ends it on the line; BEGIN may speak of READ COMMITTED.
const std::string kCommit("COMMIT\0", 7);

/// Each test, whether the server never saw the COMMIT, was still at it, or had answered.
class CommitInDoubt : public QueueTest, public testing::WithParamInterface<Cut> {
 protected:
  CommitInDoubt()
      : gate_(site_.connection()), far_(gate_.connection(), site_.options(), sources_) {}

  void cut_the_next_commit() { gate_.cut_at(kCommit, GetParam()); }
  [[nodiscard]] static std::vector<Task> must_claim(Instance& instance) {
    // Known at once, or with the next try when the COMMIT had never come about.
    for (int attempt = 0; attempt < 3; ++attempt) {
      auto tasks = claim(instance);
      if (!tasks.empty()) return tasks;
    }
    return {};
  }

  PostgresGate gate_;
  Instance far_;
};

TEST_P(CommitInDoubt, OfAClaimIsFoundOutAndCostsNoAttempt) {
  site_.create_node("course", "Chemistry");
  drain(one_);
  cut_the_next_commit();
  const auto tasks = must_claim(far_);
  EXPECT_TRUE(gate_.has_cut());
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].attempts, 0);
  EXPECT_FALSE(tasks[0].in_doubt);
  EXPECT_EQ(sql("SELECT token FROM {moodle_sync.task}"), std::to_string(tasks[0].token));
  EXPECT_TRUE(claim(*another_instance()).empty()) << "it is ours alone";
  EXPECT_EQ(settle(far_, {done(tasks[0], 42)}).settled, 1U);
}

TEST_P(CommitInDoubt, OfAClaimIsFoundOutOnceTheServerCanBeReachedAgain) {
  site_.create_node("course", "Chemistry");
  drain(one_);
  ASSERT_TRUE(claim(far_, 0).empty());  // Connected before the line goes.
  gate_.refuse(true);
  cut_the_next_commit();
  const auto cut = far_.queue.claim({100, {"course"}, std::chrono::seconds(60)});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(far_.queue.claim({100, {"course"}, std::chrono::seconds(60)}));
  gate_.refuse(false);
  const auto tasks = must_claim(far_);
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].attempts, 0);
  EXPECT_FALSE(tasks[0].in_doubt);
}

TEST_P(CommitInDoubt, OfASettleIsFoundOutAndNothingIsStoredTwice) {
  const Task task = claimed_course();
  cut_the_next_commit();
  const SettleReport report = settle(far_, {done(task, 42)});
  EXPECT_TRUE(gate_.has_cut());
  EXPECT_EQ(report.settled, 1U);
  EXPECT_EQ(report.lost, 0U);
  EXPECT_EQ(tasks(), "");
  EXPECT_EQ(sql("SELECT moodle_id FROM {moodle_sync.link}"), "42");
}

TEST_P(CommitInDoubt, OfASettleIsFoundOutOnceTheServerCanBeReachedAgain) {
  const Task task = claimed_course();
  ASSERT_TRUE(claim(far_).empty());
  gate_.refuse(true);
  cut_the_next_commit();
  EXPECT_FALSE(far_.queue.settle(std::vector{done(task, 42)}));
  gate_.refuse(false);
  // By then the engine's group has grown.
  site_.create_node("course", "Physics");
  drain(one_);
  const auto more = claim(one_);
  ASSERT_EQ(more.size(), 1U);
  const SettleReport report = settle(far_, {done(task, 42), done(more[0], 43)});
  EXPECT_EQ(report.settled, 2U);
  EXPECT_EQ(report.lost, 0U);
  EXPECT_EQ(sql("SELECT string_agg(moodle_id::text, ',' ORDER BY moodle_id) FROM "
                "{moodle_sync.link}"),
            "42,43");
}

TEST_P(CommitInDoubt, OfAWriteBackIsLeftToWhatTheLinkSays) {
  SiteSchema schema(far_.names);
  DrupalWriteBack write_back(far_.connection, far_.names, schema);
  const std::vector<SourceSpec> sources{course_source()};
  write_back.set_sources(sources);
  Settlement settlement = done(claimed_course(), 42);
  settlement.owe_write_back = true;
  settle(one_, {settlement});
  cut_the_next_commit();
  const auto cut = write_back.run(10);
  EXPECT_TRUE(gate_.has_cut());
  EXPECT_FALSE(cut);
  // Until the server has seen that the line is gone it holds the link, and who is held is left out.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    EXPECT_TRUE(write_back.run(10));
  } while (sql("SELECT count(*) FROM node__field_moodle_id") == "0" &&
           std::chrono::steady_clock::now() < deadline);
  const auto nid = settlement.key.entity.id;
  EXPECT_EQ(site_.load_from_tables({"node", nid}).text("field_moodle_id"), "42");
  EXPECT_EQ(sql("SELECT reasserts FROM {moodle_sync.link}"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM node__field_moodle_id"), "1");
}

std::string name_of(const testing::TestParamInfo<Cut>& cut) {
  switch (cut.param) {
    case Cut::kBefore:
      return "CutBefore";
    case Cut::kDuring:
      return "CutDuring";
    case Cut::kAfter:
      return "CutAfter";
  }
  return "";
}
INSTANTIATE_TEST_SUITE_P(Line, CommitInDoubt,
                         testing::Values(Cut::kBefore, Cut::kDuring, Cut::kAfter), name_of);

class AnswerLost : public QueueTest {
 protected:
  AnswerLost() : gate_(site_.connection()), far_(gate_.connection(), site_.options(), sources_) {}
  PostgresGate gate_;
  Instance far_;
};

TEST_F(AnswerLost, ASettleThatNeverCameAboutAndWasTakenOverCountsAsLost) {
  const Task task = claimed_course();
  ASSERT_TRUE(claim(far_).empty());
  gate_.refuse(true);
  gate_.cut_at(kCommit, Cut::kBefore);
  EXPECT_FALSE(far_.queue.settle(std::vector{done(task, 42)}));
  gate_.refuse(false);
  site_.sql().run(one_.names.expand("UPDATE {moodle_sync.task} SET lease_until = now()"));
  ASSERT_EQ(claim(*another_instance()).size(), 1U);
  const SettleReport report = settle(far_, {done(task, 42)});
  EXPECT_EQ(report.settled, 0U);
  EXPECT_EQ(report.lost, 1U);
}

TEST_F(AnswerLost, ADrainIsDoneOnceAndTheConfigurationIsLookedAtAgain) {
  site_.create_node("course", "Chemistry");
  ASSERT_TRUE(claim(far_).empty());
  gate_.cut_at("DELETE FROM", Cut::kAfter);
  const auto cut = far_.queue.drain(1000);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kUnavailable);
  const DrainReport report = drain(far_);
  EXPECT_TRUE(report.config_changed) << "a change of the configuration may have been among them";
  EXPECT_FALSE(drain(far_).config_changed);
  EXPECT_EQ(sql("SELECT count(*) || ' ' || max(generation) FROM {moodle_sync.task}"), "1 1");
}

}  // namespace
}  // namespace moodlesync::postgres
