#pragma once

#include <chrono>
#include <optional>

#include "moodlesync/clock.h"
#include "moodlesync/result.h"

namespace moodlesync::engine {

/// Keeps us from knocking at a door that is shut: closed while the other side answers, open after
/// an outage, and due for one probe at growing intervals until it answers again.
///
/// Threads: the event loop's only.
class Breaker {
 public:
  enum class State { kUntried, kClosed, kOpen };

  explicit Breaker(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool lets_through() const { return state_ == State::kClosed; }
  /// Untried, or open and its rest is over.
  [[nodiscard]] bool wants_probe() const;
  /// When the next probe is due; requires !lets_through().
  [[nodiscard]] Clock::TimePoint probe_at() const { return probe_at_; }
  /// Why it is open.
  [[nodiscard]] const std::optional<Error>& reason() const { return reason_; }

  /// True when this opened it: the moment for the one log line.
  bool fail(const Error& error);
  /// True when this closed it after an outage.
  bool succeed();

 private:
  const Clock& clock_;
  State state_ = State::kUntried;
  Clock::TimePoint probe_at_{};
  std::chrono::milliseconds rest_{0};
  std::optional<Error> reason_;
};

}  // namespace moodlesync::engine
