#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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
/// of the same function and size: a larger batch takes longer and means nothing. Calls that were
/// out together suffer together, so they decrease the limit once.
///
/// Threads: the event loop's only.
class Concurrency {
 public:
  using Micros = std::chrono::microseconds;

  explicit Concurrency(ConcurrencySettings settings);

  /// Requests that may be in flight now: min to max.
  [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(limit_); }

  /// How often the limit was decreased, to be noted with each call that is sent.
  [[nodiscard]] std::uint64_t round() const { return round_; }

  struct Answered {
    const Function* function = nullptr;
    std::size_t rows = 1;
    Micros took{0};
    /// Requests that were out when it was sent, itself included: as long as there is room below the
    /// limit, a quick answer is no reason to raise it.
    std::size_t in_flight = 1;
    /// round() when it was sent: what came of an earlier limit says nothing about this one.
    std::uint64_t round = 0;
  };
  void note_answer(const Answered& call);

  /// A call got no answer, or Moodle said that it is overloaded.
  void note_failure();

 private:
  void decrease(double factor);

  ConcurrencySettings settings_;
  double limit_;
  std::uint64_t round_ = 0;
  /// What a row takes on a quiet Moodle, in microseconds, by function name and size. It rises only
  /// with calls made at the minimum: the slowness that we cause ourselves must not become the rule.
  /// A site that has grown drives the limit down there once, and so is measured anew.
  std::map<std::pair<std::string_view, std::size_t>, double> quiet_;
};

}  // namespace moodlesync::moodle
