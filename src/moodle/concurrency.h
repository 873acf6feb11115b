#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "moodle/settings.h"
#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Finds how many requests Moodle works on at once without each of them suffering for it.
///
/// Additive increase while a row takes about as long as it does on a quiet Moodle, multiplicative
/// decrease when it takes clearly longer or the request fails. Calls are compared only with calls
/// of the same function and size: a larger batch takes longer and means nothing.
///
/// Threads: the event loop's only.
class Concurrency {
 public:
  using Micros = std::chrono::microseconds;

  explicit Concurrency(ConcurrencySettings settings);

  /// Requests that may be in flight now: min to max.
  [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(limit_); }

  /// A call was answered. `in_flight` counts the requests that were out when it was sent, itself
  /// included: as long as there is room below the limit, a quick answer is no reason to raise it.
  void note_answer(const Function& function, std::size_t rows, Micros took, std::size_t in_flight);

  /// A call got no answer, or Moodle said that it is overloaded.
  void note_failure();

 private:
  ConcurrencySettings settings_;
  double limit_;
  /// What a row takes on a quiet Moodle, in microseconds, by function name and size. It rises only
  /// with calls made at the minimum: the slowness that we cause ourselves must not become the rule.
  /// A site that has grown drives the limit down there once, and so is measured anew.
  std::map<std::pair<std::string_view, std::size_t>, double> quiet_;
};

}  // namespace moodlesync::moodle
