// What a conversation costs in allocations: counted, so that it says the same on every machine.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/three_steps.h"

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace moodlesync::engine {
namespace {

/// Runs so many conversations of three calls each, all at a time.
void converse(std::int64_t conversations) {
  const fakes::ThreeSteps component;
  fakes::NullMoodle moodle;
  const fakes::FakeClock clock;
  const BrakeSettings settings;
  spdlog::logger log("test");
  fakes::InMemoryQueue queue;
  fakes::InMemoryLedger ledger(queue);
  Brake brake({ledger, moodle, clock}, settings, log);
  Crew crew(clock, brake);
  for (std::int64_t id = 1; id <= conversations; ++id)
    fakes::start_one(crew, component, moodle, id);
  while (moodle.answer_group()) {
  }
  ASSERT_EQ(crew.take_finished(SIZE_MAX).size(), static_cast<std::size_t>(conversations));
}

TEST(AllocationCount, OfAConversationOfThreeCalls) {
  converse(10);  // What is made once is made here.
  const std::int64_t before = allocations;
  converse(100);
  const std::int64_t hundred = allocations - before;
  converse(1'100);
  const std::int64_t more = allocations - before - 2 * hundred;
  // Ten, measured: the frames, the member, what it says of itself, three rows of one value.
  EXPECT_LE(more / 1'000, 12) << "allocations a conversation";
}

}  // namespace
}  // namespace moodlesync::engine
