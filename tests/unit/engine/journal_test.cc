#include "engine/journal.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "support/ports/in_memory_queue.h"

namespace moodlesync::engine {
namespace {

/// Counts the transactions, and fails them when asked to.
class CountingQueue : public fakes::InMemoryQueue {
 public:
  using InMemoryQueue::InMemoryQueue;
  int transactions = 0;
  std::optional<Error> error;

  Result<std::vector<TaskKey>> store_ahead(std::span<const Task> tasks) override {
    ++transactions;
    if (error) return *error;
    return InMemoryQueue::store_ahead(tasks);
  }
};

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    SourceSpec source;
    source.component = "course";
    source.name = "main";
    source.entity_type = "node";
    source.bundle = "course";
    queue_ = std::make_unique<CountingQueue>(std::vector{source});
    for (int id = 1; id <= 3; ++id) queue_->capture({"node", id}, "course");
    EXPECT_TRUE(queue_->drain(10));
    tasks_ = *queue_->claim({10, {"course"}, std::chrono::seconds{60}});
  }
  void start(std::size_t n, const std::string& title) {
    Link link;
    link.sent["title"] = title;
    waiting_.push_back(std::make_unique<Co<Status>>(journal_.store(tasks_.at(n), link)));
    waiting_.back()->start();
  }
  std::string stored(std::size_t n) {
    const auto found = queue_->all_links().find(tasks_.at(n).key);
    return found == queue_->all_links().end() ? "" : found->second.sent.at("title");
  }

  std::unique_ptr<CountingQueue> queue_;
  std::vector<Task> tasks_;
  Journal journal_;
  std::vector<std::unique_ptr<Co<Status>>> waiting_;
};

TEST_F(JournalTest, StoresAllThatWaitInOneTransaction) {
  for (std::size_t n = 0; n < 3; ++n) start(n, "t" + std::to_string(n));
  EXPECT_EQ(stored(0), "");
  EXPECT_TRUE(journal_.flush(*queue_));
  EXPECT_EQ(queue_->transactions, 1);
  for (std::size_t n = 0; n < 3; ++n) {
    ASSERT_TRUE(waiting_[n]->done());
    EXPECT_TRUE(waiting_[n]->take());
    EXPECT_EQ(stored(n), "t" + std::to_string(n));
  }
}

TEST_F(JournalTest, TellsAConversationThatItsLeaseIsLost) {
  queue_->advance(std::chrono::seconds{60});
  EXPECT_TRUE(queue_->claim({10, {"course"}, std::chrono::seconds{60}}));
  start(0, "too late");
  EXPECT_TRUE(journal_.flush(*queue_));
  EXPECT_EQ(waiting_[0]->take().error().code, "lease_lost");
  EXPECT_EQ(stored(0), "");
}

TEST_F(JournalTest, WaitsForADatabaseThatIsAway) {
  start(0, "t");
  queue_->error = Error{ErrorKind::kUnavailable, "database_unavailable", "gone"};
  EXPECT_FALSE(journal_.flush(*queue_));
  EXPECT_FALSE(waiting_[0]->done());
  queue_->error.reset();
  EXPECT_TRUE(journal_.flush(*queue_));
  EXPECT_TRUE(waiting_[0]->done());
}

TEST_F(JournalTest, TellsAllThatWaitOfAnErrorThatWillNotPass) {
  start(0, "a");
  start(1, "b");
  queue_->error = Error{ErrorKind::kConfig, "42501", "permission denied"};
  EXPECT_FALSE(journal_.flush(*queue_));
  for (const auto& waiting : waiting_) EXPECT_EQ(waiting->take().error().code, "42501");
}

TEST_F(JournalTest, ForgetsAConversationThatWasCancelled) {
  start(0, "cancelled");
  waiting_.clear();
  EXPECT_TRUE(journal_.empty());
  EXPECT_TRUE(journal_.flush(*queue_));
  EXPECT_EQ(queue_->transactions, 0);
}

}  // namespace
}  // namespace moodlesync::engine
