#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/clerk.h"
#include "engine/engine_settings.h"
#include "moodlesync/clock.h"

namespace moodlesync::engine {

/// The claims that the loop has the clerk make: one at a time, and whether another is wanted.
///
/// Lifetime: borrows all. Threads: the event loop's only.
class Claims {
 public:
  struct Ports {
    Clerk& clerk;
    Queue& queue;  ///< The loop's own session.
    const Clock& clock;
  };
  Claims(Ports ports, const EngineSettings& settings) : ports_(ports), settings_(settings) {}

  /// Something may be due that a claim which is under way has not seen.
  void want() { is_wanted_ = true; }
  /// One is wanted, and may begin.
  [[nodiscard]] bool may_begin() const { return is_wanted_ && !ports_.clerk.is_claiming(); }
  [[nodiscard]] bool is_idle() const { return !is_wanted_ && !ports_.clerk.is_claiming(); }
  /// How many have been begun: the number of the one that is under way, or was the last.
  [[nodiscard]] std::int64_t begun() const { return begun_; }

  /// How many tasks may be claimed beside `held` ones that are in hand; 0 while it is not worth a
  /// statement.
  [[nodiscard]] int room(std::size_t held) const;
  /// Requires: may_begin(), `components` and `limit` not empty.
  void begin(int limit, std::vector<std::string> components);

  struct Taken {
    std::vector<Task> tasks;
    Clock::TimePoint leased{};  ///< Their leases are no older than this.
    std::size_t lost = 0;       ///< Others have taken them over before we took them.
  };
  /// What was claimed, once; empty while it is not known. Errors: those of Guard::check(), see
  /// take_objection(), and of the queue.
  [[nodiscard]] Result<std::optional<Taken>> take();
  /// Why the guard of the clerk's session had the last take() fail, once.
  [[nodiscard]] std::optional<Error> take_objection();
  /// Nothing was begun with `tasks`. Errors: as Queue::release().
  [[nodiscard]] Status give_back(std::span<const Task> tasks);

 private:
  [[nodiscard]] Status keep_ours(Taken& taken);

  Ports ports_;
  const EngineSettings& settings_;
  bool is_wanted_ = true;
  std::int64_t begun_ = 0;
  // Of the last one.
  int limit_ = 0;
  Clock::TimePoint when_{};
  std::optional<Error> objection_;
};

}  // namespace moodlesync::engine
