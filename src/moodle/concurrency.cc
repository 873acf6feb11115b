#include "moodle/concurrency.h"

#include <algorithm>

namespace moodlesync::moodle {

namespace {

/// Two requests on two cores take about 1.3 times as long as one alone, four about 2.1 times (REST
/// facts, measured): beyond this factor another request gains nothing.
constexpr double kSuffers = 1.6;
constexpr double kDecrease = 0.9;
constexpr double kFailureDecrease = 0.5;
/// Weight of the newest call in what counts as quiet.
constexpr double kNewest = 0.3;

}  // namespace

Concurrency::Concurrency(ConcurrencySettings settings)
    : settings_(settings), limit_(static_cast<double>(settings.initial)) {}

void Concurrency::note_answer(const Function& function, std::size_t rows, Micros took,
                              std::size_t in_flight) {
  const double per_row =
      static_cast<double>(took.count()) / static_cast<double>(std::max<std::size_t>(1, rows));
  double& quiet = quiet_.try_emplace(std::pair(function.name, rows), per_row).first->second;
  const bool is_quiet = in_flight <= settings_.min;
  quiet = is_quiet ? (1 - kNewest) * quiet + kNewest * per_row : std::min(quiet, per_row);
  if (per_row > kSuffers * quiet) {
    limit_ = std::max(static_cast<double>(settings_.min), limit_ * kDecrease);
  } else if (in_flight >= limit()) {
    limit_ = std::min(static_cast<double>(settings_.max), limit_ + 1 / limit_);
  }
}

void Concurrency::note_failure() {
  limit_ = std::max(static_cast<double>(settings_.min), limit_ * kFailureDecrease);
}

}  // namespace moodlesync::moodle
