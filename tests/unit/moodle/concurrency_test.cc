#include "moodle/concurrency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

namespace moodlesync::moodle {
namespace {

using Micros = std::chrono::microseconds;
/// What a call of kRows takes with so many requests at once.
using Model = std::function<Micros(std::size_t in_flight)>;

constexpr Function kUsers{.name = "core_user_create_users", .list = "users"};
constexpr std::size_t kRows = 50;
constexpr Micros kCall{300'000};
constexpr std::size_t kMany = 1'000'000;

/// A Moodle on so many cores: beyond them every request waits for the others.
Model on_cores(std::size_t cores) {
  return [cores](std::size_t in_flight) {
    return kCall * static_cast<int>(std::max(in_flight, cores)) / static_cast<int>(cores);
  };
}

void answer(Concurrency& concurrency, Micros took, std::size_t in_flight, std::size_t rows = kRows,
            std::size_t rows_left = kMany) {
  concurrency.note_answer({&kUsers, rows, took, in_flight, concurrency.round(), rows_left});
}

/// Keeps the Moodle as busy as the limit lets it and counts the calls at each limit.
std::map<std::size_t, int> calls_at_limits(Concurrency& concurrency, int calls,
                                           const Model& model) {
  std::map<std::size_t, int> at;
  for (int i = 0; i < calls; ++i) {
    const std::size_t in_flight = concurrency.limit();
    ++at[in_flight];
    answer(concurrency, model(in_flight), in_flight);
  }
  return at;
}

/// The limit that holds most of the time once it has been found.
std::size_t found(Concurrency& concurrency, const Model& model) {
  calls_at_limits(concurrency, 400, model);
  const auto at = calls_at_limits(concurrency, 400, model);
  return std::ranges::max_element(at, {}, [](const auto& entry) { return entry.second; })->first;
}

TEST(Concurrency, BeginsWhereItIsTold) { EXPECT_EQ(Concurrency({1, 2, 8}).limit(), 2U); }

TEST(Concurrency, RisesWhileMoreGetsDone) {
  Concurrency concurrency({1, 2, 8});
  EXPECT_EQ(found(concurrency, on_cores(16)), 8U);
}

TEST(Concurrency, RisesWithinAFewDozenCalls) {
  Concurrency concurrency({1, 2, 8});
  calls_at_limits(concurrency, 60, on_cores(16));
  EXPECT_GE(concurrency.limit(), 7U);
}

TEST(Concurrency, StaysAtTheCoresOfASmallMoodle) {
  Concurrency concurrency({1, 2, 16});
  EXPECT_EQ(found(concurrency, on_cores(2)), 2U);
}

TEST(Concurrency, FindsTheWayDownWhenMoodleHasFewerCoresThanItHad) {
  Concurrency concurrency({1, 2, 6});
  EXPECT_EQ(found(concurrency, on_cores(8)), 6U);
  EXPECT_EQ(found(concurrency, on_cores(2)), 2U);
}

TEST(Concurrency, LosesNoTimeOnFewerThanAtFirst) {
  Concurrency concurrency({1, 2, 4});
  EXPECT_EQ(calls_at_limits(concurrency, 400, on_cores(2))[1], 0);
}

/// More requests than cores: caches, locks and transactions get into each other's way.
TEST(Concurrency, ComesBackFromWhereLessGetsDone) {
  Concurrency concurrency({1, 2, 4});
  const Model thrashes = [](std::size_t in_flight) {
    return in_flight <= 2 ? kCall : kCall * static_cast<int>(in_flight * in_flight) / 4;
  };
  EXPECT_EQ(found(concurrency, thrashes), 2U);
}

TEST(Concurrency, IsNotRaisedByASlowMomentThatIsOver) {
  Concurrency concurrency({1, 2, 8});
  const Model slow = [](std::size_t in_flight) { return on_cores(2)(in_flight) * 9 / 5; };
  calls_at_limits(concurrency, 2, on_cores(2));
  calls_at_limits(concurrency, 6, slow);
  auto at = calls_at_limits(concurrency, 60, on_cores(2));
  EXPECT_GE(at[2], 48);
}

TEST(Concurrency, SpendsFewCallsOnTrialsOnceItHasFound) {
  Concurrency concurrency({1, 2, 4});
  calls_at_limits(concurrency, 400, on_cores(2));
  EXPECT_GE(calls_at_limits(concurrency, 1'000, on_cores(2))[2], 950);
}

TEST(Concurrency, StaysNearTheCoresOfAMoodleWithOtherThingsToDo) {
  Concurrency concurrency({1, 2, 8});
  std::mt19937 random(7);
  std::uniform_int_distribution<int> percent(70, 130);
  const Model noisy = [&](std::size_t in_flight) {
    return on_cores(2)(in_flight) * percent(random) / 100;
  };
  auto at = calls_at_limits(concurrency, 4'000, noisy);
  EXPECT_GE(at[2] + at[3], 3'200);
  EXPECT_LE(at[1], 400);
}

/// Calls that touch the same rows wait for each other, by chance and the more the more there are.
TEST(Concurrency, StaysWhereRequestsGetIntoEachOthersWayByChance) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
    Concurrency concurrency({1, 2, 4});
    std::mt19937 random(seed);
    std::exponential_distribution<double> wait(1);
    const Model convoy = [&](std::size_t in_flight) {
      const double share = in_flight <= 2 ? 0.4 : 1.2;
      return Micros(static_cast<int>(300'000 * (0.8 + share * wait(random))));
    };
    auto at = calls_at_limits(concurrency, 1'000, convoy);
    EXPECT_GE(at[2], 800) << seed;
  }
}

TEST(Concurrency, LearnsNothingFromAnswersThatHadRoomBesideThem) {
  Concurrency concurrency({1, 2, 8});
  for (int i = 0; i < 50; ++i) answer(concurrency, Micros(100), 1);
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, TriesNothingWithTheEndOfALoadInSight) {
  Concurrency concurrency({1, 2, 8});
  for (int i = 0; i < 100; ++i) answer(concurrency, kCall, 2, kRows, 6 * kRows - 1);
  EXPECT_EQ(concurrency.limit(), 2U);
  answer(concurrency, kCall, 2, kRows, 6 * kRows);
  EXPECT_EQ(concurrency.limit(), 3U);
}

TEST(Concurrency, GivesATrialUpThatALoadLeavesUndecided) {
  Concurrency concurrency({1, 2, 8});
  while (concurrency.limit() == 2) answer(concurrency, kCall, 2);
  answer(concurrency, kCall, 3);
  concurrency.note_lull();
  EXPECT_EQ(concurrency.limit(), 2U);
  // It is begun anew, since nothing speaks against it.
  EXPECT_EQ(found(concurrency, on_cores(16)), 8U);
}

TEST(Concurrency, GivesUpWhatALoadLeavesUnchecked) {
  Concurrency concurrency({1, 2, 8});
  while (concurrency.limit() == 2) answer(concurrency, kCall, 2);
  while (concurrency.limit() == 3) answer(concurrency, kCall, 3);
  concurrency.note_lull();
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(concurrency.limit(), 2U);
    answer(concurrency, kCall, 2);
  }
}

TEST(Concurrency, ForgetsNothingInALull) {
  Concurrency concurrency({1, 2, 8});
  EXPECT_EQ(found(concurrency, on_cores(16)), 8U);
  concurrency.note_lull();
  EXPECT_EQ(concurrency.limit(), 8U);
}

TEST(Concurrency, LearnsNothingFromWhatWasSentUnderAnotherLimit) {
  Concurrency concurrency({1, 4, 4});
  const std::uint64_t before = concurrency.round();
  concurrency.note_failure();
  for (int i = 0; i < 50; ++i) concurrency.note_answer({&kUsers, kRows, kCall, 4, before, kMany});
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, FallsAtOnceWhenRequestsFailAndNeverBelowItsMinimum) {
  Concurrency concurrency({2, 8, 8});
  concurrency.note_failure();
  EXPECT_EQ(concurrency.limit(), 4U);
  for (int i = 0; i < 10; ++i) concurrency.note_failure();
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, FallsOnceForCallsThatWereOutTogetherWhenMoodleSuffers) {
  Concurrency concurrency({1, 4, 4});
  calls_at_limits(concurrency, 2, on_cores(4));
  const std::uint64_t round = concurrency.round();
  for (int i = 0; i < 4; ++i) concurrency.note_answer({&kUsers, kRows, 3 * kCall, 4, round, kMany});
  EXPECT_EQ(concurrency.limit(), 3U);
}

TEST(Concurrency, RisesAgainByItselfToWhatItBeganWith) {
  Concurrency concurrency({1, 4, 4});
  concurrency.note_failure();
  // Calls of which none is like another: nothing to hold them against.
  for (std::size_t rows = 1; rows <= 256; rows *= 4) {
    answer(concurrency, kCall, concurrency.limit(), rows);
  }
  EXPECT_EQ(concurrency.limit(), 4U);
}

TEST(Concurrency, IsNotMisledByALargerBatch) {
  Concurrency concurrency({1, 4, 4});
  answer(concurrency, Micros(10'000), 4, 10);
  answer(concurrency, Micros(5'000'000), 4, 500);
  EXPECT_EQ(concurrency.limit(), 4U);
}

TEST(Concurrency, TakesASlownessThatStaysForTheNewRule) {
  Concurrency concurrency({1, 4, 4});
  calls_at_limits(concurrency, 3, on_cores(4));
  const Model slower = [](std::size_t /*in_flight*/) { return 5 * kCall; };
  calls_at_limits(concurrency, 1, slower);
  EXPECT_EQ(concurrency.limit(), 3U);
  EXPECT_EQ(found(concurrency, slower), 4U);
}

}  // namespace
}  // namespace moodlesync::moodle
