// The short version of ./dev chaos.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chaos/editors.h"
#include "chaos/round.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::chaos {
namespace {

TEST(Chaos, LosesDoublesAndLeavesNothingWhileEverythingBreaks) {
  const RoundReport report = run_round({.program = MOODLESYNC_DAEMON, .seed = 7, .steps = 250});
  EXPECT_THAT(report.faults, testing::IsEmpty()) << "kept in " << report.kept;
  EXPECT_GT(report.tally.kills, 0);
  EXPECT_GT(report.tally.database_restarts, 0);
  EXPECT_GT(report.tally.moodle_faults + report.tally.network_faults, 0);
  RecordProperty("figures", report.tally.summary());
}

std::vector<std::string> day_of(std::uint64_t seed) {
  auto drupal = testsupport::DrupalSite::fresh(testsupport::PostgresCluster::shared());
  Editors editors(drupal, Dice(seed));
  editors.move_in();
  constexpr std::size_t kActions = 100;
  std::vector<std::string> done;
  done.reserve(kActions);
  for (std::size_t i = 0; i < kActions; ++i) done.push_back(editors.act());
  return done;
}

TEST(Chaos, RepeatsTheSameActionsForTheSameSeed) {
  const auto first = day_of(3);
  EXPECT_EQ(first, day_of(3));
  EXPECT_NE(first, day_of(4));
}

}  // namespace
}  // namespace moodlesync::chaos
