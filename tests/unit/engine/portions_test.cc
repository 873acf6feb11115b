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

TEST(Portions, AreNotManyWhileNothingIsKnown) {
  const Portions portions;
  EXPECT_EQ(portions.within(1h, tasks(500, "course")), 200U);
  EXPECT_EQ(portions.within(1ms, tasks(5, "course")), 5U);
}

TEST(Portions, TakeNoLongerThanTheyMay) {
  Portions portions;
  portions.note("enrollments", 100, 125ms);
  EXPECT_EQ(portions.within(50ms, tasks(500, "enrollments")), 40U);
  EXPECT_EQ(portions.within(100ms, tasks(500, "enrollments")), 80U);
  EXPECT_EQ(portions.within(50ms, tasks(5, "enrollments")), 5U);
}

TEST(Portions, AreOfSeveralComponentsIfTheTimeIsEnough) {
  Portions portions;
  portions.note("course", 100, 100ms);
  portions.note("users", 100, 10ms);
  const std::vector<Task> both = courses_and_users(30, 400);
  EXPECT_EQ(portions.within(20ms, both), 20U);
  EXPECT_EQ(portions.within(40ms, both), 130U);
  EXPECT_EQ(portions.within(1s, both), 430U);
}

TEST(Portions, AreOfOneComponentUntilItIsKnown) {
  const std::vector<Task> both = courses_and_users(3, 400);
  Portions portions;
  EXPECT_EQ(portions.within(1s, both), 3U);
  portions.note("course", 10, 10ms);
  EXPECT_EQ(portions.within(1s, both), 3U);
  EXPECT_EQ(portions.within(1s, std::span(both).subspan(3)), 200U);
}

TEST(Portions, KnowWhetherTheyAreOfOneComponent) {
  EXPECT_EQ(Portions::component_of(tasks(3, "course")), "course");
  EXPECT_EQ(Portions::component_of(courses_and_users(3, 4)), "");
}

TEST(Portions, GoByWhatWasReadLast) {
  Portions portions;
  portions.note("users", 100, 1s);
  portions.note("users", 100, 100ms);
  EXPECT_EQ(portions.within(50ms, tasks(500, "users")), 50U);
}

TEST(Portions, LearnNothingFromAFewOrFromSeveralComponents) {
  Portions portions;
  portions.note("users", 3, 1s);
  portions.note("", 20, 10s);
  EXPECT_EQ(portions.within(1ms, tasks(500, "users")), 200U);
  EXPECT_EQ(portions.within(1ms, tasks(500, "course")), 200U);
}

TEST(Portions, AreAFewHoweverLongTheyTake) {
  Portions portions;
  portions.note("course", 10, 1ms);
  portions.note("enrollments", 10, 1h);
  std::vector<Task> both = tasks(3, "course");
  for (Task& task : tasks(500, "enrollments")) both.push_back(std::move(task));
  EXPECT_EQ(portions.within(50ms, std::span(both).subspan(3)), 8U);
  EXPECT_EQ(portions.within(50ms, both), 8U);
  EXPECT_EQ(portions.within(50ms, std::span(both).first(5)), 5U);
  portions.note("enrollments", 10, 0s);
  EXPECT_EQ(portions.within(50ms, both), 503U);
}

}  // namespace
}  // namespace moodlesync::engine
