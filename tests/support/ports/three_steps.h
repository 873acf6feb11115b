#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "engine/crew.h"
#include "moodlesync/gateway.h"

namespace moodlesync::fakes {

inline constexpr Function kStep{.name = "step", .list = "rows"};
inline constexpr std::size_t kGroup = 100;

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

/// Asks Moodle three times, one after the other.
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

/// Starts a conversation about node `id`, which is in Drupal and unknown to Moodle.
inline void start_one(engine::Crew& crew, const ThreeSteps& component, NullMoodle& moodle,
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

}  // namespace moodlesync::fakes
