#include "moodle/batch_pace.h"

#include <algorithm>

namespace moodlesync::moodle {

namespace {

/// Calls at one size before another is tried, at first and at most. Few: a first load of some
/// thousand rows profits. Many: a size that was found to be good is left in peace.
constexpr int kFirstPatience = 4;
constexpr int kLongestPatience = 128;
/// Calls that make up a trial: one alone may have met a busy moment. A trial that finds nothing to
/// compare with is given up after some more.
constexpr int kTrialCalls = 2;
constexpr int kLongestTrial = 8;
/// A trial has to be this much better, so that noise does not move us about.
constexpr double kWorthwhile = 0.95;
/// Weight of the newest call in an average.
constexpr double kNewest = 0.4;
/// A part of a full call that is still worth a request of its own: at the measured sizes the price
/// of a request is about what so many rows take (users 4 of 100, enrolments 12, courses 2 of 20).
constexpr std::size_t kWorthwhileShare = 8;
/// The share of a function's timeout that a call is expected to take at most.
constexpr int kTimeoutShare = 8;

std::size_t neighbour(std::size_t rows, bool upwards) {
  return upwards ? std::max(rows + 1, rows * 3 / 2) : std::max<std::size_t>(1, rows * 2 / 3);
}

}  // namespace

std::size_t BatchPace::scraps(std::size_t full) {
  return std::max<std::size_t>(1, full / kWorthwhileShare) - 1;
}

BatchPace::Learnt& BatchPace::of(const Function& function) {
  const auto [at, is_new] = learnt_.try_emplace(function.name);
  if (is_new) {
    at->second.rows = static_cast<std::size_t>(std::max(1, function.max_batch));
    at->second.patience = at->second.until_trial = kFirstPatience;
  }
  return at->second;
}

std::size_t BatchPace::rows(const Function& function, std::size_t most) {
  Learnt& learnt = of(function);
  learnt.most = most;
  return std::clamp<std::size_t>(learnt.trial != 0 ? learnt.trial : learnt.rows, 1, most);
}

void BatchPace::note(const Function& function, const Answered& call) {
  Learnt& learnt = of(function);
  const std::size_t rows = call.rows;
  const double per_row = static_cast<double>(call.took.count()) / static_cast<double>(rows);
  learnt.lately.add(per_row, kNewest);
  const bool is_trial = learnt.trial != 0;
  const std::size_t full = std::min(is_trial ? learnt.trial : learnt.rows, learnt.most);
  if (function.max_batch <= 1 || rows < full || rows > full + scraps(full)) return;
  learnt.costs[full][call.in_flight].add(per_row, kNewest);
  if (is_trial) {
    go_on_with_trial(learnt);
  } else if (--learnt.until_trial <= 0) {
    begin_trial(learnt, function, call.took);
  }
}

std::optional<BatchPace::Micros> BatchPace::row_took(const Function& function) const {
  const auto at = learnt_.find(function.name);
  if (at == learnt_.end() || at->second.lately.calls == 0) return std::nullopt;
  return Micros(static_cast<Micros::rep>(at->second.lately.per_row));
}

/// Tries the next size in the direction that is due, if the limits let it be. `took`: a call of the
/// usual size.
void BatchPace::begin_trial(Learnt& learnt, const Function& function, Micros took) {
  learnt.until_trial = learnt.patience;
  const std::size_t usual = std::min(learnt.rows, learnt.most);
  for (int directions = 0; directions < 2; ++directions) {
    const std::size_t size = std::min(neighbour(usual, learnt.upwards), learnt.most);
    const auto expected = took * static_cast<int>(size) / static_cast<int>(usual);
    const bool in_time = size < usual || expected < function.timeout / kTimeoutShare;
    if (size != usual && in_time) {
      learnt.rows = usual;
      learnt.trial = size;
      learnt.trial_calls = 0;
      return;
    }
    learnt.upwards = !learnt.upwards;
  }
}

void BatchPace::go_on_with_trial(Learnt& learnt) {
  ++learnt.trial_calls;
  const auto& before = learnt.costs[learnt.rows];
  double sum = 0;  // Of what rows take now, as a share of what they took before.
  int calls = 0;
  for (const auto& [in_flight, cost] : learnt.costs[std::min(learnt.trial, learnt.most)]) {
    const auto usual = before.find(in_flight);
    if (usual == before.end()) continue;
    sum += cost.calls * cost.per_row / usual->second.per_row;
    calls += cost.calls;
  }
  if (calls >= kTrialCalls) {
    end_trial(learnt, sum < kWorthwhile * calls);
  } else if (learnt.trial_calls >= kLongestTrial) {
    end_trial(learnt, false);
  }
}

void BatchPace::end_trial(Learnt& learnt, bool is_kept) {
  if (is_kept) {
    learnt.rows = std::min(learnt.trial, learnt.most);
    learnt.patience = kFirstPatience;
  } else {
    learnt.upwards = !learnt.upwards;
    learnt.patience = std::min(2 * learnt.patience, kLongestPatience);
  }
  learnt.trial = 0;
  learnt.costs.clear();
  learnt.until_trial = learnt.patience;
}

}  // namespace moodlesync::moodle
