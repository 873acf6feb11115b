#pragma once

#include <chrono>
#include <optional>

#include "moodlesync/clock.h"
#include "moodlesync/result.h"

namespace moodlesync::engine {

/// The database is there and would not do it: a right is missing, a table is not as it was. Asked
/// again at once it would say the same.
[[nodiscard]] bool is_refusal(const Error& error);

/// What the database refused in this run, and how long nothing is taken in because of it.
///
/// Threads: the event loop's only.
class Refusals {
 public:
  /// `longest`: no rest is longer.
  Refusals(const Clock& clock, std::chrono::milliseconds longest)
      : clock_(clock), longest_(longest) {}

  /// A run begins: what was refused before is not its affair.
  void forget() { last_.reset(); }
  /// Whether `error` is a refusal; then it is the last one, and nothing rests because of it.
  bool note(const Error& error);
  /// What taking in came to. After a refusal nothing is taken in for a while, longer each time;
  /// what is going on goes on.
  void note_intake(const Status& status);

  [[nodiscard]] bool is_resting() const { return clock_.now() < rests_until_; }
  /// Nothing is taken in before.
  [[nodiscard]] Clock::TimePoint rests_until() const { return rests_until_; }
  /// The last one of this run.
  [[nodiscard]] const std::optional<Error>& last() const { return last_; }

 private:
  static constexpr std::chrono::milliseconds kFirstRest{1000};

  const Clock& clock_;
  std::chrono::milliseconds longest_;
  Clock::TimePoint rests_until_{};
  std::chrono::milliseconds rest_ = kFirstRest;  ///< The next one.
  std::optional<Error> last_;
};

}  // namespace moodlesync::engine
