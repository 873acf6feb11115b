#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "engine/engine_settings.h"
#include "moodlesync/clock.h"

namespace moodlesync::engine {

using Random = std::mt19937_64;

/// Full jitter: a random time up to the exponentially growing, capped limit, so that many that
/// failed together do not come back together. `attempts` is the number of failures so far, this one
/// included.
[[nodiscard]] std::chrono::milliseconds backoff(const EngineSettings& settings, int attempts,
                                                Random& random);

/// How many repetitions we allow ourselves: a share of the conversations of the last one to two
/// windows, and a few that are always allowed. So a Moodle that fails at many things at once is not
/// asked for all of them again and again; the rest comes back when retry_cap says.
///
/// Threads: the event loop's only.
class RetryBudget {
 public:
  RetryBudget(const EngineSettings& settings, const Clock& clock)
      : settings_(settings), clock_(clock) {}

  void note_conversation();
  /// Whether one more may be repeated soon; if so it is counted.
  [[nodiscard]] bool take();
  /// How many more take() would grant just now.
  [[nodiscard]] std::int64_t left();
  /// When to come back instead: a random time in the second half of retry_cap.
  [[nodiscard]] std::chrono::milliseconds later(Random& random) const;

 private:
  void turn();

  const EngineSettings& settings_;
  const Clock& clock_;
  Clock::TimePoint window_ends_{};
  std::int64_t conversations_ = 0;
  std::int64_t conversations_before_ = 0;
  std::int64_t taken_ = 0;
};

}  // namespace moodlesync::engine
