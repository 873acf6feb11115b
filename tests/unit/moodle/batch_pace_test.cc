#include "moodle/batch_pace.h"

#include <gtest/gtest.h>

#include <functional>

namespace moodlesync::moodle {
namespace {

using Micros = std::chrono::microseconds;
/// What a call of so many rows takes.
using Model = std::function<Micros(std::size_t rows)>;

constexpr Function kUsers{.name = "core_user_create_users", .list = "users", .max_batch = 20};
constexpr Function kOneByOne{.name = "one_by_one", .list = "rows", .max_batch = 1};

constexpr std::size_t kMost = 500;

/// Sends full calls to a Moodle that takes what `model` says; the size it has come to.
std::size_t after(BatchPace& pace, int calls, const Model& model, const Function& function = kUsers,
                  std::size_t most = kMost) {
  for (int i = 0; i < calls; ++i) {
    const std::size_t rows = pace.rows(function, most);
    pace.note(function, {rows, model(rows)});
  }
  return pace.rows(function, most);
}

/// REST facts, "Speed": about 40 ms a request and 3.5 ms a user.
Micros users(std::size_t rows) { return Micros(40'000 + 3'500 * static_cast<int>(rows)); }

/// The same: 45 ms a request, 20 ms a course, and each renumbers those before it.
Micros courses(std::size_t rows) {
  const auto n = static_cast<int>(rows);
  return Micros(45'000 + 20'000 * n + 1'000 * n * n);
}

TEST(BatchPace, BeginsWithTheAdvice) {
  BatchPace pace;
  EXPECT_EQ(pace.rows(kUsers, kMost), 20U);
}

TEST(BatchPace, GrowsWhereARowGetsCheaperInCompany) {
  BatchPace pace;
  EXPECT_GE(after(pace, 60, users), 40U);
}

TEST(BatchPace, ShrinksWhereARowGetsDearerInCompany) {
  BatchPace pace;
  const std::size_t rows = after(pace, 60, courses);
  EXPECT_GE(rows, 5U);
  EXPECT_LE(rows, 13U);
}

TEST(BatchPace, StaysWhereSizeMakesNoDifference) {
  BatchPace pace;
  after(pace, 300, [](std::size_t rows) { return Micros(1'000 * static_cast<int>(rows)); });
  int away = 0;
  for (int i = 0; i < 100; ++i) away += after(pace, 1, users) == 20 ? 0 : 1;
  EXPECT_LE(away, 10);
}

TEST(BatchPace, NeverGoesBeyondTheLimits) {
  BatchPace pace;
  for (int i = 0; i < 200; ++i) EXPECT_LE(after(pace, 1, users, kUsers, 30), 30U);
}

TEST(BatchPace, DoesNotTryWhatWouldTakeAGoodPartOfTheTimeout) {
  BatchPace pace;
  const auto slow = [](std::size_t rows) {
    return Micros(2'000'000 + 200'000 * static_cast<int>(rows));
  };
  EXPECT_LE(after(pace, 200, slow), 30U);  // 30 rows take 8 s of 60.
}

TEST(BatchPace, LearnsNothingFromACallThatWasNotFull) {
  BatchPace pace;
  ASSERT_EQ(pace.rows(kUsers, kMost), 20U);
  for (int i = 0; i < 50; ++i) pace.note(kUsers, {3, Micros(1)});
  EXPECT_EQ(pace.rows(kUsers, kMost), 20U);
}

TEST(BatchPace, LearnsFromACallWithAFewMoreThanWasAllowed) {
  BatchPace pace;
  ASSERT_EQ(pace.rows(kUsers, kMost), 20U);
  for (int i = 0; i < 4; ++i) pace.note(kUsers, {21, Micros(21'000)});
  EXPECT_NE(pace.rows(kUsers, kMost), 20U);  // A trial has begun.
}

TEST(BatchPace, LearnsNothingFromACallWithManyMoreThanWasAllowed) {
  BatchPace pace;
  ASSERT_EQ(pace.rows(kUsers, kMost), 20U);
  for (int i = 0; i < 50; ++i) pace.note(kUsers, {22, Micros(22'000)});
  EXPECT_EQ(pace.rows(kUsers, kMost), 20U);
}

TEST(BatchPace, KnowsWhatARowTookLatelyInCallsOfWhateverSize) {
  BatchPace pace;
  EXPECT_EQ(pace.row_took(kUsers), std::nullopt);
  pace.note(kUsers, {3, Micros(300)});
  EXPECT_EQ(pace.row_took(kUsers), Micros(100));
  EXPECT_EQ(pace.row_took(kOneByOne), std::nullopt);
  for (int i = 0; i < 20; ++i) pace.note(kUsers, {20, Micros(4'000)});
  EXPECT_GE(pace.row_took(kUsers), Micros(198));
}

TEST(BatchPace, NeverGathersWhatIsToGoAlone) {
  BatchPace pace;
  EXPECT_EQ(after(pace, 50, users, kOneByOne), 1U);
}

TEST(BatchPace, IsNotMisledByTheNumberOfRequestsAtOnce) {
  BatchPace pace;
  int away = 0;
  for (int i = 0; i < 400; ++i) {
    // Size makes no difference, company does; and there is less of it while a size is tried.
    const std::size_t rows = pace.rows(kUsers, kMost);
    const std::size_t in_flight = rows != 20 ? 1 : i % 2 == 0 ? 4 : 1;
    pace.note(kUsers, {rows, Micros(1'000 * static_cast<int>(rows * in_flight)), in_flight});
    away += i >= 300 && rows != 20 ? 1 : 0;
  }
  EXPECT_LE(away, 10);
}

TEST(BatchPace, GivesUpATrialThatNothingCanBeHeldAgainst) {
  BatchPace pace;
  int away = 0;
  for (int i = 0; i < 400; ++i) {
    const std::size_t rows = pace.rows(kUsers, kMost);
    pace.note(kUsers, {rows, Micros(1), rows == 20 ? std::size_t{2} : std::size_t{3}});
    away += i >= 300 && rows != 20 ? 1 : 0;
  }
  EXPECT_LE(away, 10);
}

TEST(BatchPace, LearnsEachFunctionOnItsOwn) {
  BatchPace pace;
  constexpr Function kOther{.name = "core_user_update_users", .list = "users", .max_batch = 20};
  after(pace, 60, users);
  EXPECT_EQ(pace.rows(kOther, kMost), 20U);
}

}  // namespace
}  // namespace moodlesync::moodle
