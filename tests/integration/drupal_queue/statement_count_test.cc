// How many statements the queue needs: counted, because times say something else on every machine.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

/// Statements by what they were for.
using Counts = std::map<std::string, std::int64_t>;

class StatementCount : public QueueTest {
 protected:
  StatementCount() { forget_changes(); }

  void queue_courses(int count) {
    sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) SELECT 'node', "
        "1000000 + n, 'course', 'U' FROM generate_series(1, " +
        std::to_string(count) + ") AS n");
  }
  template <class Use>
  std::int64_t counted(const Use& use) {
    const std::int64_t before = one_.connection.statements();
    use();
    return one_.connection.statements() - before;
  }
  /// Takes a group of so many all the way through.
  Counts counts_for(int size) {
    queue_courses(size);
    Counts counts;
    std::vector<Task> tasks;
    counts["drain"] = counted([&] { drain(one_); });
    counts["claim"] = counted([&] { tasks = claim(one_, size); });
    EXPECT_EQ(tasks.size(), static_cast<std::size_t>(size));
    counts["renew"] = counted([&] { ASSERT_TRUE(one_.queue.renew(tasks, std::chrono::hours(1))); });
    counts["store ahead"] = counted([&] {
      for (Task& task : tasks) task.link = task.link.value_or(Link{});
      ASSERT_TRUE(one_.queue.store_ahead(tasks));
    });
    std::vector<Settlement> group;
    for (const Task& task : tasks) group.push_back(done(task, task.key.entity.id));
    counts["settle"] = counted([&] { EXPECT_EQ(settle(one_, group).settled, group.size()); });
    return counts;
  }
};

TEST_F(StatementCount, IsTheSameHoweverLargeTheGroupIs) {
  const Counts expected{
      {"drain", 1}, {"claim", 4}, {"renew", 1}, {"store ahead", 1}, {"settle", 5}};
  EXPECT_EQ(counts_for(1), expected);
  EXPECT_EQ(counts_for(10), expected);
  EXPECT_EQ(counts_for(700), expected);
}

TEST_F(StatementCount, GrowsByOneWhenSomethingIsWaitedFor) {
  queue_courses(300);
  drain(one_);
  std::vector<Settlement> group;
  for (const Task& task : claim(one_, 300)) {
    const TaskKey target{"category", "main", {"taxonomy_term", task.key.entity.id}};
    group.push_back(waiting(task, target, "categories"));
  }
  EXPECT_EQ(counted([&] { settle(one_, group); }), 6);
  EXPECT_EQ(claim(one_, 1000).size(), 300U) << "each of the targets was queued";
}

}  // namespace
}  // namespace moodlesync::postgres
