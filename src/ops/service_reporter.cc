#include "ops/service_reporter.h"

#include <algorithm>
#include <utility>

#include "ops/service_status.h"

namespace moodlesync::ops {

namespace {

using namespace std::chrono_literals;

/// Longer than the longest pause between two attempts to start, and a connection's timeout.
constexpr std::chrono::milliseconds kNextAttempt = 2min;
/// What is asked for while Moodle is away or conversations are finished; asked for again long
/// before it is over.
constexpr std::chrono::milliseconds kMoreTime = 1min;
constexpr std::chrono::milliseconds kPleaEvery = 10s;
constexpr std::chrono::milliseconds kStatusEvery = 2s;
constexpr std::chrono::milliseconds kLookEvery = 10s;
/// The share of the time that looking at the queue may take: one of so many.
constexpr int kLookShare = 100;

std::string microseconds(std::chrono::microseconds time) { return std::to_string(time.count()); }

}  // namespace

std::optional<std::chrono::milliseconds> ServiceReporter::longest_sleep() const {
  const auto watchdog = manager_.watchdog();
  return watchdog ? std::optional(std::max(*watchdog / 3, Millis{1})) : std::nullopt;
}

void ServiceReporter::entered(Phase phase, const Error* hindrance) {
  if (!manager_.is_listening()) return;
  beat();
  switch (phase) {
    case Phase::kStarting:
      if (hindrance == nullptr) return;
      say("Cannot start yet (" + hindrance->code + "), trying again");
      if (!ready_ || reloading_) ask_for_time(kNextAttempt);
      return;
    case Phase::kWorking:
      return reload_ended();
    case Phase::kReloading:
      return reload_began();
    case Phase::kStopping:
      return begin_stop();
  }
}

void ServiceReporter::turned(const Turn& turn) {
  if (!manager_.is_listening()) return;
  beat();
  if (turn.phase == Phase::kStopping) begin_stop();
  const bool winds_down = turn.phase != Phase::kWorking;
  if (!ready_ && !winds_down) get_ready(turn);
  if (winds_down && clock_.now() >= next_plea_) ask_for_time(kMoreTime);
  refresh_status(turn);
}

void ServiceReporter::beat() {
  const auto watchdog = manager_.watchdog();
  const auto now = clock_.now();
  if (!watchdog || now < next_beat_) return;
  next_beat_ = now + std::min<Millis>(1s, *watchdog / 6);
  manager_.tell("WATCHDOG=1");
}

void ServiceReporter::reload_began() {
  // Before it has told that it is ready, systemd knows nothing of a reload.
  if (!ready_ || std::exchange(reloading_, true)) return;
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.now().time_since_epoch());
  manager_.tell("RELOADING=1\nMONOTONIC_USEC=" + microseconds(now));
  say("Reloading");
}

void ServiceReporter::reload_ended() {
  if (std::exchange(reloading_, false)) manager_.tell("READY=1");
}

void ServiceReporter::begin_stop() {
  if (std::exchange(stopping_, true)) return;
  manager_.tell("STOPPING=1");
  say("Stopping");
}

void ServiceReporter::get_ready(const Turn& turn) {
  if (turn.is_ready()) {
    ready_ = true;
    next_status_ = {};
    manager_.tell("READY=1");
    return;
  }
  if (turn.moodle != nullptr && turn.moodle->kind == ErrorKind::kConfig && !refusal_) {
    refusal_ = *turn.moodle;
  }
  if (clock_.now() >= next_plea_) ask_for_time(kMoreTime);
}

void ServiceReporter::ask_for_time(Millis time) {
  next_plea_ = clock_.now() + kPleaEvery;
  manager_.tell("EXTEND_TIMEOUT_USEC=" + microseconds(time));
}

void ServiceReporter::refresh_status(const Turn& turn) {
  const auto now = clock_.now();
  if (now < next_status_) return;
  next_status_ = now + kStatusEvery;
  if (turn.phase == Phase::kWorking && turn.database == nullptr && now >= next_look_) {
    depth_ = look_();
    const auto took = std::chrono::duration_cast<Millis>(clock_.now() - now);
    next_look_ = now + std::max<Millis>(kLookEvery, took * kLookShare);
  }
  say(service_status(turn, depth_));
}

void ServiceReporter::say(const std::string& status) {
  if (std::exchange(status_, status) != status) manager_.tell("STATUS=" + status);
}

}  // namespace moodlesync::ops
