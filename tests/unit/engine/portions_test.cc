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

TEST(Portions, AreAllOfAComponentWhileNothingIsKnown) {
  const Portions portions;
  EXPECT_EQ(portions.first(tasks(500, "course")), 500U);
}

TEST(Portions, TakeNoLongerThanAnIdleMoodleIsKeptWaiting) {
  Portions portions;
  portions.note("enrollments", 100, 125ms);
  EXPECT_EQ(portions.first(tasks(500, "enrollments")), 40U);
  EXPECT_EQ(portions.first(tasks(5, "enrollments")), 5U);
  EXPECT_EQ(portions.first(tasks(500, "users")), 500U);
}

TEST(Portions, AreOfOneComponent) {
  const Portions portions;
  EXPECT_EQ(portions.first(courses_and_users(3, 4)), 3U);
  EXPECT_EQ(Portions::component_of(tasks(3, "course")), "course");
  EXPECT_EQ(Portions::component_of(courses_and_users(3, 4)), "");
}

TEST(Portions, GoByWhatWasReadLast) {
  Portions portions;
  portions.note("users", 100, 1s);
  portions.note("users", 100, 100ms);
  EXPECT_EQ(portions.first(tasks(500, "users")), 50U);
}

TEST(Portions, LearnNothingFromAFewOrFromSeveralComponents) {
  Portions portions;
  portions.note("users", 3, 1s);
  portions.note("", 20, 10s);
  EXPECT_EQ(portions.first(tasks(500, "users")), 500U);
  EXPECT_EQ(portions.first(tasks(500, "course")), 500U);
}

TEST(Portions, AreAFewHoweverLongTheyTake) {
  Portions portions;
  portions.note("enrollments", 10, 1h);
  EXPECT_EQ(portions.first(tasks(500, "enrollments")), 8U);
  portions.note("enrollments", 10, 0s);
  EXPECT_EQ(portions.first(tasks(500, "enrollments")), 500U);
}

}  // namespace
}  // namespace moodlesync::engine
