#include "moodlesync/co.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace moodlesync {
namespace {

struct Gate {
  std::coroutine_handle<> waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> who) noexcept { waiting = who; }
  void await_resume() const noexcept {}
};

Co<int> inner(Gate& gate) {
  co_await gate;
  co_return 41;
}

Co<int> outer(Gate& gate) {
  const int value = co_await inner(gate);
  co_return value + 1;
}

Co<int> holding(Gate& gate, std::shared_ptr<int> held) {
  co_await gate;
  co_return *held;
}

TEST(Co, ResumesItsAwaiterWithTheInnerResult) {
  Gate gate;
  Co<int> run = outer(gate);
  run.start();
  ASSERT_FALSE(run.done());
  gate.waiting.resume();
  ASSERT_TRUE(run.done());
  EXPECT_EQ(run.take(), 42);
}

TEST(Co, DestroyingItReleasesWhatTheFrameHolds) {
  auto held = std::make_shared<int>(7);
  {
    Gate gate;
    Co<int> run = holding(gate, held);
    run.start();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

Co<int> ready(int value) { co_return value; }

TEST(AllOf, WaitsForEveryPartAndKeepsTheirOrder) {
  Gate first;
  Gate second;
  std::vector<Co<int>> parts;
  parts.push_back(inner(first));
  parts.push_back(ready(7));
  parts.push_back(outer(second));
  Co<std::vector<int>> run = all_of(std::move(parts));
  run.start();
  second.waiting.resume();
  ASSERT_FALSE(run.done());
  first.waiting.resume();
  ASSERT_TRUE(run.done());
  EXPECT_EQ(run.take(), (std::vector<int>{41, 7, 42}));
}

TEST(AllOf, IsReadyAtOnceWhenNothingWaits) {
  Co<std::vector<int>> none = all_of(std::vector<Co<int>>{});
  none.start();
  EXPECT_TRUE(none.done());
}

TEST(AllOf, DestroyingItCancelsTheParts) {
  auto held = std::make_shared<int>(7);
  Gate gate;
  {
    std::vector<Co<int>> parts;
    parts.push_back(holding(gate, held));
    Co<std::vector<int>> run = all_of(std::move(parts));
    run.start();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace moodlesync
