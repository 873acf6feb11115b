#include "engine/roll_call.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace moodlesync::engine {

namespace {

using std::chrono::seconds;

constexpr seconds kPeriod{5};
constexpr seconds kShortest{1};
constexpr seconds kWindow{60};

seconds age(Clock::TimePoint now, Clock::TimePoint then) {
  return std::chrono::duration_cast<seconds>(now - then);
}

std::string_view what(const std::string& component) {
  return component.empty() ? "all" : std::string_view(component);
}

bool is_outage(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kInDoubt;
}

}  // namespace

void RollCall::note_outcome(const Outcome& outcome) {
  if (const auto* error = std::get_if<Error>(&outcome)) {
    const bool counts = error->kind != ErrorKind::kUnavailable && error->kind != ErrorKind::kConfig;
    if (counts) ++now_.failed;
    return;
  }
  if (std::holds_alternative<Waiting>(outcome)) return;
  ++now_.settled;
  last_success_ = ports_.clock.now();
}

void RollCall::look_soon() { next_ = std::min(next_, earliest_); }

bool RollCall::is_due(const MoodleHealth& moodle) const {
  if (ports_.board == nullptr && ports_.pauses == nullptr) return false;
  return ports_.clock.now() >= next_ || (ports_.board != nullptr && told_ready_ != moodle.ready());
}

Status RollCall::tend(const State& state) {
  const auto now = ports_.clock.now();
  next_ = now + kPeriod;
  earliest_ = now + kShortest;
  told_ready_ = state.moodle.ready();
  Status status = hear();
  if (status && ports_.board != nullptr && state.tells)
    status = ports_.board->tell(presence(state));
  if (status || is_outage(status.error())) {
    if (status) fails_ = false;
    return status;
  }
  if (!std::exchange(fails_, true)) {
    log_.warn("MS-210 `status` will not know of this daemon: code={} reason=\"{}\"",
              status.error().code, status.error().message);
  }
  return ok();
}

Status RollCall::hear() {
  if (ports_.pauses == nullptr) return ok();
  auto list = ports_.pauses->list();
  if (!list) return std::move(list).error();
  std::map<std::string, std::string> paused;
  for (Pause& pause : *list) paused.emplace(std::move(pause.component), std::move(pause.reason));
  for (const auto& [component, reason] : paused) {
    if (paused_.contains(component)) continue;
    log_.info(
        "MS-307 paused, nothing of it is begun until `moodle-syncd resume`: component={} "
        "reason=\"{}\"",
        what(component), reason);
  }
  for (const auto& [component, reason] : paused_) {
    if (!paused.contains(component)) log_.info("MS-308 resumed: component={}", what(component));
  }
  paused_ = std::move(paused);
  return ok();
}

Presence RollCall::presence(const State& state) {
  const auto now = ports_.clock.now();
  now_.at = now;
  now_.requests = static_cast<std::int64_t>(state.gateway.calls);
  counts_.push_back(now_);
  while (counts_.front().at + kWindow < now) counts_.pop_front();
  const Count& then = counts_.front();

  Presence presence;
  presence.version = version_;
  presence.ended = state.ended;
  if (last_success_) presence.last_success = age(now, *last_success_);
  presence.moodle_ready = state.moodle.ready();
  presence.moodle_since = age(now, state.moodle.since());
  if (const auto& problem = state.moodle.problem()) {
    presence.moodle_code = problem->code;
    presence.moodle_reason = problem->message;
  }
  presence.in_flight = static_cast<std::int64_t>(state.in_flight);
  presence.settled = now_.settled - then.settled;
  presence.failed = now_.failed - then.failed;
  presence.requests = now_.requests - then.requests;
  presence.stopped = state.stopped;
  return presence;
}

}  // namespace moodlesync::engine
