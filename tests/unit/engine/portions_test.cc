#include "engine/portions.h"

#include <gtest/gtest.h>

namespace moodlesync::engine {
namespace {

using namespace std::chrono_literals;

std::vector<Task> tasks(std::size_t count, const char* component) {
  std::vector<Task> tasks(count);
  for (Task& task : tasks) task.key.component = component;
  return tasks;
}

/// So many of the ones and then so many of the others.
std::vector<Task> courses_and_users(std::size_t courses, std::size_t users) {
  std::vector<Task> both = tasks(courses, "course");
  for (Task& task : tasks(users, "users")) both.push_back(std::move(task));
  return both;
}

constexpr bool kIdle = true;
constexpr bool kBusy = false;

TEST(Portions, AreAllOfAComponentWhileNothingIsKnown) {
  const Portions portions;
  EXPECT_EQ(portions.next(tasks(500, "course"), kIdle).tasks, 500U);
}

TEST(Portions, TakeNoLongerThanAnIdleMoodleIsKeptWaiting) {
  Portions portions;
  portions.note({100, "enrollments"}, 125ms);
  EXPECT_EQ(portions.next(tasks(500, "enrollments"), kIdle).tasks, 40U);
  EXPECT_EQ(portions.next(tasks(5, "enrollments"), kIdle).tasks, 5U);
  EXPECT_EQ(portions.next(tasks(500, "users"), kIdle).tasks, 500U);
}

TEST(Portions, AreEverythingWhileMoodleIsBusy) {
  Portions portions;
  portions.note({100, "enrollments"}, 125ms);
  EXPECT_EQ(portions.next(tasks(500, "enrollments"), kBusy).tasks, 500U);
}

TEST(Portions, AreOfOneComponentWhileMoodleIsIdle) {
  const std::vector<Task> both = courses_and_users(3, 4);
  const Portions portions;
  EXPECT_EQ(portions.next(both, kIdle).tasks, 3U);
  EXPECT_EQ(portions.next(both, kBusy).tasks, 7U);
}

TEST(Portions, GoByWhatWasReadLast) {
  Portions portions;
  portions.note({100, "users"}, 1s);
  portions.note({100, "users"}, 100ms);
  EXPECT_EQ(portions.next(tasks(500, "users"), kIdle).tasks, 50U);
}

TEST(Portions, LearnNothingFromAFewOrFromSeveralComponents) {
  Portions portions;
  portions.note({3, "users"}, 1s);
  portions.note(portions.next(courses_and_users(10, 10), kBusy), 10s);
  EXPECT_EQ(portions.next(tasks(500, "users"), kIdle).tasks, 500U);
  EXPECT_EQ(portions.next(tasks(500, "course"), kIdle).tasks, 500U);
}

TEST(Portions, AreAFewHoweverLongTheyTake) {
  Portions portions;
  portions.note({10, "enrollments"}, 1h);
  EXPECT_EQ(portions.next(tasks(500, "enrollments"), kIdle).tasks, 8U);
  portions.note({10, "enrollments"}, 0s);
  EXPECT_EQ(portions.next(tasks(500, "enrollments"), kIdle).tasks, 500U);
}

}  // namespace
}  // namespace moodlesync::engine
