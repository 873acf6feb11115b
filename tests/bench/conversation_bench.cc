// What a conversation costs us, Moodle and the database left out: a million conversations of three
// calls each, answered by the hundred.
#include <benchmark/benchmark.h>
#include <spdlog/spdlog.h>

#include <cstdint>

#include "engine/crew.h"
#include "ops/steady_clock.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/three_steps.h"

namespace {

using namespace moodlesync;
using namespace moodlesync::fakes;

void million_conversations(benchmark::State& state) {
  const ThreeSteps component;
  const ops::SteadyClock clock;
  const engine::BrakeSettings settings;
  spdlog::logger log("bench");
  while (state.KeepRunning()) {
    NullMoodle moodle;
    fakes::InMemoryQueue queue;
    fakes::InMemoryLedger ledger(queue);
    engine::Brake brake({ledger, moodle, clock}, settings, log);
    engine::Crew crew(clock, brake);
    std::int64_t started = 0;
    std::int64_t finished = 0;
    while (finished < state.range(0)) {
      while (crew.size() < 2000 && started < state.range(0))
        start_one(crew, component, moodle, ++started);
      while (moodle.answer_group()) {
      }
      finished += static_cast<std::int64_t>(crew.take_finished(SIZE_MAX).size());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(million_conversations)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
