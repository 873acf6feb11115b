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

void Concurrency::note_answer(const Answered& call) {
  const double per_row = static_cast<double>(call.took.count()) /
                         static_cast<double>(std::max<std::size_t>(1, call.rows));
  double& quiet =
      quiet_.try_emplace(std::pair(call.function->name, call.rows), per_row).first->second;
  const bool is_quiet = call.in_flight <= settings_.min;
  quiet = is_quiet ? (1 - kNewest) * quiet + kNewest * per_row : std::min(quiet, per_row);
  if (call.round < round_) return;
  if (per_row > kSuffers * quiet) {
    decrease(kDecrease);
  } else if (call.in_flight >= limit()) {
    limit_ = std::min(static_cast<double>(settings_.max), limit_ + 1 / limit_);
  }
}

void Concurrency::note_failure() { decrease(kFailureDecrease); }

void Concurrency::decrease(double factor) {
  limit_ = std::max(static_cast<double>(settings_.min), limit_ * factor);
  ++round_;
}

}  // namespace moodlesync::moodle
