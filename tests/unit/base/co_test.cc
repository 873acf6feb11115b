#include "moodlesync/co.h"

#include <gtest/gtest.h>

#include <memory>

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

}  // namespace
}  // namespace moodlesync
