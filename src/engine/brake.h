#pragma once

#include <coroutine>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/brake_settings.h"
#include "moodlesync/brake.h"
#include "moodlesync/clock.h"
#include "moodlesync/gateway.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// How many removals may pass within the window for a component that has `linked` things in Moodle.
[[nodiscard]] std::int64_t removal_limit(const BrakeSettings& settings, std::string_view component,
                                         std::int64_t linked);
[[nodiscard]] bool may_pass(const BrakeSettings& settings, std::string_view component,
                            const BrakeReading& reading);

/// Keeps an emptied vocabulary, a truncated table or a broken import from emptying Moodle: stands
/// between the conversations and the gateway, lets through at once what takes nothing away, and
/// gathers what does until weigh() asks the ledger for all of it together.
///
/// What is held is answered with a kRejected error of code kBrakeCode: the conversation ends, its
/// task is parked, and nothing else waits.
///
/// One log line when the brake comes on for a component, one when it is off again.
///
/// Lifetime: borrows all; outlives the conversations. Threads: the event loop's only.
class Brake {
 public:
  struct Ports {
    RemovalLedger& ledger;
    Moodle& moodle;
    const Clock& clock;
  };
  Brake(Ports ports, const BrakeSettings& settings, spdlog::logger& log)
      : ports_(ports), settings_(settings), log_(log) {}
  Brake(const Brake&) = delete;
  Brake& operator=(const Brake&) = delete;

  /// Moodle as one task's conversation sees it.
  ///
  /// Lifetime: outlives the conversation; borrows the key.
  class Door : public Moodle {
   public:
    Door(Brake& brake, const TaskKey& key) : brake_(brake), key_(key) {}
    [[nodiscard]] bool reads_are_trustworthy() const override;
    [[nodiscard]] bool offers(std::string_view function) const override;

   protected:
    void submit(PendingCall& call) override;
    void withdraw(PendingCall& call) noexcept override;

   private:
    friend class Brake;
    Brake& brake_;
    const TaskKey& key_;
  };

  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  /// Until when those that wait may go on waiting for others that are to be weighed with them.
  [[nodiscard]] Clock::TimePoint patience_ends() const { return patience_ends_; }
  /// Sends what may pass to Moodle and answers what may not. Errors: of the ledger. With
  /// kUnavailable, kInDoubt and kTransient all goes on waiting and nothing has been sent; with any
  /// other kind, all is answered with it.
  [[nodiscard]] Status weigh();
  /// The conversations that weigh() has answered. The caller resumes each exactly once.
  [[nodiscard]] std::vector<std::coroutine_handle<>> take_ready() {
    return std::exchange(ready_, {});
  }

  /// Whether it is time to see if what was held still is: at start, and while anything is held.
  [[nodiscard]] bool wants_look() const;
  [[nodiscard]] Status look();
  [[nodiscard]] bool is_holding() const { return !holding_.empty(); }
  /// The components of which something is held, as last seen.
  [[nodiscard]] const std::set<std::string>& holding() const { return holding_; }

 private:
  struct Waiting {
    PendingCall* call;
    const TaskKey* key;
  };
  void let_through(const std::vector<Waiting>& waiting, const std::vector<bool>& held);
  void answer_all(const Error& error);
  void note_trip(const Weighing::Trip& trip);

  Ports ports_;
  const BrakeSettings& settings_;
  spdlog::logger& log_;
  std::vector<Waiting> waiting_;
  std::vector<std::coroutine_handle<>> ready_;
  std::set<std::string> holding_;
  bool has_looked_ = false;
  Clock::TimePoint next_look_{};
  Clock::TimePoint patience_ends_{};
};

}  // namespace moodlesync::engine
