// What a conversation costs us, Moodle and the database left out: a million conversations of three
// calls each, answered by the hundred.
#include <benchmark/benchmark.h>
#include <spdlog/spdlog.h>

#include <cstdint>
#include <deque>

#include "engine/crew.h"
#include "moodlesync/gateway.h"
#include "support/ports/in_memory_ledger.h"

namespace {

using namespace moodlesync;

constexpr Function kStep{.name = "step", .list = "rows"};
constexpr std::size_t kGroup = 100;

/// Answers whatever waits, a hundred rows at a time, without looking at it.
class NullMoodle : public Moodle {
 public:
  [[nodiscard]] bool reads_are_trustworthy() const override { return true; }
  /// False when nothing waits.
  bool answer_group() {
    const std::size_t count = std::min(kGroup, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
      PendingCall* call = waiting_.front();
      waiting_.pop_front();
      call->answer(Json(1)).resume();
    }
    return count > 0;
  }

 protected:
  void submit(PendingCall& call) override { waiting_.push_back(&call); }
  void withdraw(PendingCall& call) noexcept override { std::erase(waiting_, &call); }

 private:
  std::deque<PendingCall*> waiting_;
};

class ThreeSteps : public Component {
 public:
  [[nodiscard]] std::string_view name() const override { return "three"; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return sources_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override { return {kStep.name}; }
  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override {
    for (int step = 0; step < 3; ++step) {
      Call call;
      call.function = &kStep;
      call.row.add("id", "1");
      const Result<Json> answer = co_await conversation.moodle->call(std::move(call));
      if (!answer) co_return answer.error();
    }
    conversation.link.moodle_id = MoodleId{1};
    co_return Synced{};
  }

 private:
  std::vector<SourceSpec> sources_{SourceSpec{}};
};

class SteadyClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

void start_one(engine::Crew& crew, const ThreeSteps& component, NullMoodle& moodle,
               std::int64_t id) {
  engine::Prepared prepared;
  prepared.task.key = {"three", "main", {"node", id}};
  prepared.conversation.key = prepared.task.key;
  prepared.conversation.entity.ref = prepared.task.key.entity;
  prepared.conversation.entity.exists = true;
  prepared.conversation.source = component.sources().data();
  prepared.conversation.moodle = &moodle;
  prepared.component = &component;
  crew.start(std::move(prepared));
}

void million_conversations(benchmark::State& state) {
  const ThreeSteps component;
  const SteadyClock clock;
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
      finished += static_cast<std::int64_t>(crew.take_finished().size());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(million_conversations)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
