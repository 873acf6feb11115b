#include "moodle/concurrency.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace moodlesync::moodle {
namespace {

using Micros = std::chrono::microseconds;

constexpr Function kUsers{.name = "core_user_create_users", .list = "users"};
constexpr std::size_t kRows = 50;

/// A Moodle on so many cores: beyond them every request waits for the others.
Micros on_cores(std::size_t cores, std::size_t in_flight) {
  const std::size_t share = std::max(in_flight, cores) * 100 / cores;
  return Micros(3'000 * static_cast<int>(share));
}

void answer(Concurrency& concurrency, Micros took, std::size_t in_flight,
            std::size_t rows = kRows) {
  concurrency.note_answer({&kUsers, rows, took, in_flight, concurrency.round()});
}

std::size_t settled(Concurrency& concurrency, std::size_t cores) {
  for (int i = 0; i < 200; ++i) {
    const std::size_t in_flight = concurrency.limit();
    answer(concurrency, on_cores(cores, in_flight), in_flight);
  }
  return concurrency.limit();
}

TEST(Concurrency, BeginsWhereItIsTold) { EXPECT_EQ(Concurrency({1, 2, 8}).limit(), 2U); }

TEST(Concurrency, RisesWhileARowTakesNoLonger) {
  Concurrency concurrency({1, 2, 8});
  EXPECT_EQ(settled(concurrency, 8), 8U);
}

TEST(Concurrency, StaysNearTheCoresOfASmallMoodle) {
  Concurrency concurrency({1, 2, 16});
  const std::size_t limit = settled(concurrency, 2);
  EXPECT_GE(limit, 2U);
  EXPECT_LE(limit, 4U);
}

TEST(Concurrency, DoesNotRiseOnAnswersThatHadRoomBesideThem) {
  Concurrency concurrency({1, 2, 8});
  for (int i = 0; i < 50; ++i) answer(concurrency, Micros(100), 1);
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, FallsAtOnceWhenRequestsFailAndNeverBelowItsMinimum) {
  Concurrency concurrency({2, 8, 8});
  concurrency.note_failure();
  EXPECT_EQ(concurrency.limit(), 4U);
  for (int i = 0; i < 10; ++i) concurrency.note_failure();
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, FallsOnceForCallsThatWereOutTogether) {
  Concurrency concurrency({1, 4, 4});
  answer(concurrency, Micros(100'000), 1);
  const std::uint64_t round = concurrency.round();
  for (int i = 0; i < 4; ++i) concurrency.note_answer({&kUsers, kRows, Micros(300'000), 4, round});
  EXPECT_EQ(concurrency.limit(), 3U);
  answer(concurrency, Micros(300'000), 3);
  EXPECT_EQ(concurrency.limit(), 3U);
  answer(concurrency, Micros(300'000), 3);
  EXPECT_EQ(concurrency.limit(), 2U);
}

TEST(Concurrency, IsNotMisledByALargerBatch) {
  Concurrency concurrency({1, 4, 4});
  answer(concurrency, Micros(10'000), 4, 10);
  answer(concurrency, Micros(5'000'000), 4, 500);
  EXPECT_EQ(concurrency.limit(), 4U);
}

TEST(Concurrency, TakesASlownessThatStaysForTheNewRule) {
  Concurrency concurrency({1, 4, 4});
  const auto answered = [&](Micros took) { answer(concurrency, took, concurrency.limit()); };
  answered(Micros(100'000));
  for (int i = 0; i < 8; ++i) answered(Micros(300'000));
  EXPECT_EQ(concurrency.limit(), 1U);
  for (int i = 0; i < 25; ++i) answered(Micros(300'000));
  EXPECT_EQ(concurrency.limit(), 4U);
}

}  // namespace
}  // namespace moodlesync::moodle
