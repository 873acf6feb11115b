#include "moodle/concurrency.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace moodlesync::moodle {

namespace {

/// A row that takes so many times as long as rows did lately with as many requests tells of a
/// Moodle in trouble.
constexpr double kSuffers = 2.5;
/// What is cut off then, and when a call fails: a quarter, a half.
constexpr std::size_t kSufferingCut = 4;
constexpr std::size_t kFailureCut = 2;
/// Calls without suffering after which a number below the first one rises again.
constexpr std::size_t kRelief = 2;
/// Calls at one limit before another is tried: at first, when the last trial was kept, and at most.
/// At first so many that the first trial of BatchPace is over: two at once tell nothing.
constexpr std::size_t kFirstPatience = 8;
constexpr std::size_t kShortestPatience = 4;
constexpr std::size_t kLongestPatience = 128;
/// One request more has to get more done by this share of what an idle core would do, so that noise
/// does not move us about; with one fewer nearly as much has to get done.
constexpr double kShareOfACore = 0.25;
constexpr double kWorthOneFewer = 0.98;
/// A share that needs no second round of calls.
constexpr double kClearShare = 0.75;
/// Calls of one kind at one limit that others can be held against.
constexpr int kEnoughToCompare = 2;
/// Rounds of calls that make up a trial; one that finds nothing to compare with is given up.
constexpr std::size_t kTrial = 2;
constexpr std::size_t kLongestTrial = 4;
/// Calls that have to be left to do for a trial to begin, beside one for each request at once.
constexpr std::size_t kCallsLeft = 3;
/// Weight of the newest call in an average.
constexpr double kNewest = 0.3;

}  // namespace

Concurrency::Concurrency(ConcurrencySettings settings)
    : settings_(settings), limit_(settings.initial), patience_(kFirstPatience) {}

void Concurrency::note_answer(const Answered& call) {
  if (call.round != round_ || call.in_flight < limit_) return;
  const std::size_t rows = std::max<std::size_t>(1, call.rows);
  const double per_row = static_cast<double>(call.took.count()) / static_cast<double>(rows);
  RowCost& cost = costs_[{call.function->name, std::bit_width(rows)}][limit_];
  const bool suffers = cost.calls >= kEnoughToCompare && per_row > kSuffers * cost.per_row;
  cost.add(per_row, kNewest);
  ++calls_;
  if (trial_ != Trial::kNone) {
    go_on_with_trial();
  } else if (suffers) {
    decrease(kSufferingCut);
  } else if (limit_ < settings_.initial) {
    if (calls_ >= kRelief) set_limit(limit_ + 1);
  } else if (calls_ >= patience_ && cost.calls >= kEnoughToCompare && has_enough_to_try(call)) {
    begin_trial();
  }
}

void Concurrency::note_failure() { decrease(kFailureCut); }

/// A number that was found better and not been checked yet is not known to be better.
void Concurrency::note_lull() {
  const Trial trial = std::exchange(trial_, Trial::kNone);
  if (trial == Trial::kNone) return;
  set_limit(trial == Trial::kCheck ? limit_ : usual_);
}

/// What made Moodle suffer may be over soon: the way up comes first, and without delay.
void Concurrency::decrease(std::size_t factor) {
  const std::size_t from = trial_ == Trial::kNone ? limit_ : std::min(usual_, limit_);
  trial_ = Trial::kNone;
  upwards_ = true;
  patience_ = kFirstPatience;
  set_limit(from - (from + factor - 1) / factor);
}

void Concurrency::set_limit(std::size_t limit) {
  limit_ = std::clamp(limit, settings_.min, settings_.max);
  calls_ = 0;
  ++round_;
}

bool Concurrency::has_enough_to_try(const Answered& call) const {
  return call.rows_left >= (limit_ + 1 + kCallsLeft) * std::max<std::size_t>(1, call.rows);
}

/// One fewer than at first is not tried: where that is right all of it would be lost time, and
/// where fewer would do as well nothing is lost by staying.
void Concurrency::begin_trial() {
  calls_ = 0;
  for (int directions = 0; directions < 2; ++directions) {
    if (upwards_ && limit_ < settings_.max) return begin(Trial::kMore, limit_ + 1);
    if (!upwards_ && limit_ > settings_.initial) return begin(Trial::kFewer, limit_ - 1);
    upwards_ = !upwards_;
  }
}

void Concurrency::begin(Trial trial, std::size_t limit) {
  trial_ = trial;
  usual_ = limit_;
  set_limit(limit);
  for (auto& [kind, costs] : costs_) costs.erase(limit_);
}

void Concurrency::go_on_with_trial() {
  if (calls_ < limit_) return;
  const Gain change = gain();
  // A check asks, like the trial before it, what the one request more gains.
  const bool is_known = change.times > 0;
  const double gained = trial_ == Trial::kCheck && is_known ? 1 / change.times : change.times;
  const double core = 1 / static_cast<double>(std::min(usual_, limit_));
  // In doubt with fewer, who get into each other's way less.
  const double surely = gained * (1 - change.doubt);
  if (trial_ == Trial::kFewer) {
    if (is_known && calls_ >= kTrial * limit_) return end_trial(gained >= kWorthOneFewer);
  } else if (surely >= 1 + kClearShare * core) {
    return end_trial(true);
  } else if (is_known && calls_ >= kTrial * limit_) {
    return end_trial(surely >= 1 + kShareOfACore * core);
  }
  if (calls_ >= kLongestTrial * limit_) end_trial(false);
}

void Concurrency::end_trial(bool holds) {
  const Trial trial = std::exchange(trial_, Trial::kNone);
  if (trial == Trial::kMore && holds) return begin(Trial::kCheck, usual_);
  if (trial == Trial::kCheck ? holds : !holds) set_limit(usual_);
  calls_ = 0;
  if (holds) {
    patience_ = kShortestPatience;
  } else {
    upwards_ = !upwards_;
    patience_ = std::min(2 * patience_, kLongestPatience);
  }
}

/// How many times as much the trial gets done.
Concurrency::Gain Concurrency::gain() const {
  double sum = 0;
  double doubts = 0;
  int calls = 0;
  for (const auto& [kind, costs] : costs_) {
    const auto before = costs.find(usual_);
    const auto now = costs.find(limit_);
    if (before == costs.end() || now == costs.end()) continue;
    sum += now->second.calls * before->second.per_row / now->second.per_row;
    doubts += now->second.calls * std::sqrt(now->second.doubt() + before->second.doubt());
    calls += now->second.calls;
  }
  if (calls == 0) return {};
  const double share = static_cast<double>(limit_) / static_cast<double>(usual_);
  return {sum / calls * share, doubts / calls};
}

}  // namespace moodlesync::moodle
