// The brake's book where several instances write into it at once.
#include "drupal/postgres/removal_book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

constexpr std::chrono::seconds kWindow{3600};

bool at_most_twenty(std::string_view /*component*/, const BrakeReading& reading) {
  return !reading.holding && reading.passed + reading.wanted <= 20;
}

class RemovalBookTest : public QueueTest {
 protected:
  /// `count` removals of as many courses, whose tasks are there.
  std::vector<Removal> removals(std::int64_t first, int count, std::string_view component) {
    std::vector<Removal> all;
    for (std::int64_t id = first; id < first + count; ++id) {
      const TaskKey key{std::string(component), "main", {"node", id}};
      site_.sql().run(
          "INSERT INTO moodle_sync.task (component, source, entity_type, entity_id, state) "
          "VALUES ($1, 'main', 'node', $2, 'running')",
          {key.component, std::to_string(id)});
      all.push_back({key, "delete", "1"});
    }
    return all;
  }
  static std::size_t held(RemovalBook& book, const std::vector<Removal>& removals) {
    const auto weighing = book.weigh(removals, kWindow, &at_most_twenty);
    EXPECT_TRUE(weighing) << weighing.error().message;
    return weighing ? static_cast<std::size_t>(std::ranges::count(weighing->held, true)) : 0;
  }
};

TEST_F(RemovalBookTest, NeverLetsTwoInstancesUseTheSameRoom) {
  constexpr int kInstances = 4;
  std::vector<std::unique_ptr<Instance>> instances;
  std::vector<std::vector<Removal>> shares;
  for (int i = 0; i < kInstances; ++i) {
    instances.push_back(another_instance());
    shares.push_back(removals(100 * i + 1, 15, "course"));
  }
  std::atomic<std::size_t> passed = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    threads.emplace_back([&, i] {
      RemovalBook book(instances[i]->connection, instances[i]->names);
      passed += shares[i].size() - held(book, shares[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 15U) << "one of four found room";
}

TEST_F(RemovalBookTest, DoesNotDeadlockOverSeveralComponents) {
  const auto other = another_instance();
  std::vector<Removal> here = removals(1, 5, "course");
  for (const Removal& one : removals(1, 5, "users")) here.push_back(one);
  std::vector<Removal> there = removals(11, 5, "users");
  for (const Removal& one : removals(11, 5, "course")) there.push_back(one);
  RemovalBook ours(one_.connection, one_.names);
  RemovalBook theirs(other->connection, other->names);
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i) EXPECT_EQ(held(theirs, there), 0U);
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(held(ours, here), 0U);
  thread.join();
}

TEST_F(RemovalBookTest, SaysWhatToDoWhenItsTablesAreNotThere) {
  const auto some = removals(1, 1, "course");
  sql("DROP TABLE {moodle_sync.removal}");
  RemovalBook book(one_.connection, one_.names);
  const auto weighing = book.weigh(some, kWindow, &at_most_twenty);
  ASSERT_FALSE(weighing);
  EXPECT_EQ(weighing.error().code, "not_installed");
  EXPECT_EQ(book.held().error().kind, ErrorKind::kConfig);
}

TEST_F(RemovalBookTest, WakesADaemonThatListens) {
  const auto some = removals(1, 21, "course");
  RemovalBook book(one_.connection, one_.names);
  ASSERT_EQ(held(book, some), 21U);
  const auto listening = another_instance();
  ASSERT_TRUE(listening->connection.run("LISTEN moodle_sync"));
  ASSERT_EQ(*book.allow("course", std::chrono::hours{1}), 21U);
  ASSERT_TRUE(listening->connection.query("SELECT 1"));
  EXPECT_EQ(listening->connection.take_notifications()->size(), 1U);
}

}  // namespace
}  // namespace moodlesync::postgres
