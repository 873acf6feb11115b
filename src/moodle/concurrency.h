#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "moodle/row_cost.h"
#include "moodle/settings.h"
#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Finds how many requests at once Moodle gets most done with.
///
/// What n requests get done is n divided by what a row takes meanwhile. Every now and then one
/// request more is tried and kept if that gets more done, by more than its calls disagree, and also
/// than the old number does right after it, lest a slow moment make it look good: additive
/// increase; or one fewer, kept if that gets as much done. When a row suddenly takes much longer
/// than it did with as many requests, or a request fails, the number is cut: multiplicative
/// decrease. Up to what it began with it rises again without proof.
///
/// A trial needs calls to go by: none is begun with the end of a load in sight, and one that a load
/// leaves undecided is given up, so that small loads go over as many connections as are known to be
/// good.
///
/// Calls are compared only with calls of the same function and about the same size: a larger batch
/// takes longer and means nothing.
///
/// Threads: the event loop's only.
class Concurrency {
 public:
  using Micros = std::chrono::microseconds;

  explicit Concurrency(ConcurrencySettings settings);

  /// Requests that may be in flight now: min to max.
  [[nodiscard]] std::size_t limit() const { return limit_; }

  /// How often the limit was changed, to be noted with each call that is sent.
  [[nodiscard]] std::uint64_t round() const { return round_; }

  struct Answered {
    const Function* function = nullptr;
    std::size_t rows = 1;
    Micros took{0};
    /// Requests that were out together with it, itself included: a call that had room beside it
    /// tells nothing of the limit.
    std::size_t in_flight = 1;
    /// round() when it was sent: what came of an earlier limit says nothing about this one.
    std::uint64_t round = 0;
    std::size_t rows_left = 0;  ///< Of the function: those that wait, and those in other calls.
  };
  void note_answer(const Answered& call);

  /// A call got no answer, or Moodle said that it is overloaded.
  void note_failure();

  /// There is nothing to do at the moment.
  void note_lull();

 private:
  /// Of calls of one kind: a function, and the power of two that the number of rows is in.
  using Kind = std::pair<std::string_view, std::size_t>;

  enum class Trial {
    kNone,
    kMore,   ///< One request more than usual_.
    kCheck,  ///< What was usual before one more was found better, which is usual_ meanwhile.
    kFewer,  ///< One request fewer than usual_.
  };

  void decrease(std::size_t factor);
  void set_limit(std::size_t limit);
  [[nodiscard]] bool has_enough_to_try(const Answered& call) const;
  void begin_trial();
  void go_on_with_trial();
  /// `holds`: what was to be found out is true.
  void end_trial(bool holds);
  void begin(Trial trial, std::size_t limit);
  struct Gain {
    double times = 0;  ///< 0: there are no calls of one kind to tell it by.
    double doubt = 0;  ///< How far off that may well be, as a share of it.
  };
  [[nodiscard]] Gain gain() const;

  ConcurrencySettings settings_;
  std::size_t limit_;
  std::uint64_t round_ = 0;
  std::map<Kind, std::map<std::size_t, RowCost>> costs_;  ///< By kind, by requests at once.
  Trial trial_ = Trial::kNone;
  std::size_t usual_ = 0;  ///< What limit_ is held against in a trial.
  std::size_t calls_ = 0;  ///< Since the limit was changed.
  bool upwards_ = true;    ///< Which way the next trial goes.
  std::size_t patience_;   ///< Calls before it; doubles with every trial that failed.
};

}  // namespace moodlesync::moodle
