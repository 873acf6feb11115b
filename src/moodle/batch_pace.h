#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "moodle/row_cost.h"
#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Learns how many rows of a function are best sent in one call.
///
/// The time per row decides, not the time per call: a request has a price of its own, so users get
/// cheaper in company, while courses get dearer (Moodle renumbers the whole category for each).
/// Requests that are out together share Moodle's cores, so calls are compared with those that had
/// as many others beside them. Starts from Function::max_batch, tries somewhat more or fewer rows
/// every now and then and stays where a row takes least. A function whose advice is one row is
/// never sent in company.
///
/// Threads: the event loop's only.
class BatchPace {
 public:
  using Micros = std::chrono::microseconds;

  /// Rows for the next call, 1 to `most`.
  [[nodiscard]] std::size_t rows(const Function& function, std::size_t most);

  struct Answered {
    std::size_t rows = 1;
    Micros took{0};
    std::size_t in_flight = 1;  ///< Requests that were out together, itself included.
  };
  /// Calls that were not as full as rows() allowed, or had more than scraps() beyond it, teach
  /// nothing and are passed over.
  void note(const Function& function, const Answered& call);

  /// Rows that are too few for a request of their own, beside calls of `full` rows.
  [[nodiscard]] static std::size_t scraps(std::size_t full);

  /// What a row took lately, in calls of whatever size; nothing: none was answered yet.
  [[nodiscard]] std::optional<Micros> row_took(const Function& function) const;

 private:
  struct Learnt {
    RowCost lately = {};
    std::size_t rows = 0;   ///< Where a row has been seen to take least.
    std::size_t trial = 0;  ///< The size that is being tried; 0: none.
    bool upwards = true;    ///< Which way the next trial goes.
    int until_trial = 0;    ///< Calls of `rows` before it.
    int patience = 0;       ///< Doubles with every trial that failed.
    std::size_t most = 0;   ///< What the limits allowed last.
    /// What a row takes, by size, by requests at once; since the last trial.
    std::map<std::size_t, std::map<std::size_t, RowCost>> costs = {};
    int trial_calls = 0;
  };

  [[nodiscard]] Learnt& of(const Function& function);
  static void begin_trial(Learnt& learnt, const Function& function, Micros took);
  static void go_on_with_trial(Learnt& learnt);
  static void end_trial(Learnt& learnt, bool is_kept);

  std::map<std::string_view, Learnt> learnt_;  ///< By function name.
};

}  // namespace moodlesync::moodle
