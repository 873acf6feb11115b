#include "moodle/suspects.h"

namespace moodlesync::moodle {

namespace {

/// Failures, the first of them in company, that convict a row.
constexpr int kConvicting = 3;
/// Bounds the memory; an outage strikes only what was on the wire.
constexpr std::size_t kMostSuspects = 10'000;

/// What stays the same when a row is sent again. Not the values of a row that has an order, since
/// they may be made anew each time (a password); other rows are known by nothing else.
std::string identity(const Call& call) {
  std::string text = std::string(call.function->name) + '\n' + call.key + '\n' + call.group + '\n';
  if (call.order != 0) return text + std::to_string(call.order);
  for (const auto& [name, value] : call.row.items()) text.append(name).append("=").append(value);
  for (const auto& [name, value] : call.fixed.items()) text.append(name).append("=").append(value);
  return text;
}

}  // namespace

bool Suspects::has(const Call& call) const {
  return !suspects_.empty() && suspects_.contains(identity(call));
}

bool Suspects::blame(const Call& call, bool was_alone) {
  std::string who = identity(call);
  const auto known = suspects_.find(who);
  if (known == suspects_.end()) {
    if (suspects_.size() < kMostSuspects) suspects_.emplace(std::move(who), Suspect{1, answers_});
    return false;
  }
  Suspect& suspect = known->second;
  // Without an answer in between it is the same outage.
  const bool is_anew = answers_ > suspect.answers_before;
  suspect.answers_before = answers_;
  if (is_anew && was_alone && suspect.strikes < kConvicting) ++suspect.strikes;
  return is_anew && was_alone && suspect.strikes >= kConvicting;
}

void Suspects::clear(const Call& call) {
  if (!suspects_.empty()) suspects_.erase(identity(call));
}

}  // namespace moodlesync::moodle
