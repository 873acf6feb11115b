#include "ops/vital_signs.h"

#include <algorithm>
#include <utility>

#include "moodlesync/brake.h"

namespace moodlesync::ops {

VitalSigns::VitalSigns(const Clock& clock) : clock_(clock) {
  vitals_.started = vitals_.progress = clock.now();
}

Vitals VitalSigns::read() const {
  const std::lock_guard lock(mutex_);
  Vitals copy = vitals_;
  copy.taken = clock_.now();
  // A daemon at rest must not show the minutes in which it still worked as the last ones.
  const auto minute =
      std::chrono::duration_cast<std::chrono::minutes>(copy.taken - copy.started).count();
  const auto shift = std::clamp<std::int64_t>(minute - minute_, 0, Vitals::kMinutes);
  std::shift_left(copy.minutes.begin(), copy.minutes.end(), shift);
  std::fill(copy.minutes.end() - shift, copy.minutes.end(), Vitals::Minute{});
  return copy;
}

void VitalSigns::expect(std::vector<std::string> components) {
  const std::lock_guard lock(mutex_);
  vitals_.components = std::move(components);
}

void VitalSigns::entered(Phase phase, const Error* hindrance) {
  const std::lock_guard lock(mutex_);
  vitals_.progress = clock_.now();
  vitals_.phase = phase;
  vitals_.guard_passed = vitals_.guard_passed || phase == Phase::kWorking;
  vitals_.hindrance = hindrance == nullptr ? "" : hindrance->message;
  if (phase != Phase::kStarting) return;
  // At the start it is the database and the guard in it that are asked.
  if (hindrance != nullptr) note(vitals_.database, "Drupal's database", false, hindrance);
}

void VitalSigns::turned(const Turn& turn) {
  const std::lock_guard lock(mutex_);
  vitals_.progress = clock_.now();
  vitals_.phase = turn.phase;
  note(vitals_.database, "Drupal's database", turn.database == nullptr, turn.database);
  note(vitals_.moodle, "Moodle", turn.moodle_ready, turn.moodle);
  vitals_.is_listening = turn.is_listening;
  if (!std::ranges::equal(vitals_.capture_gaps, turn.capture_gaps)) {
    vitals_.capture_gaps.assign(turn.capture_gaps.begin(), turn.capture_gaps.end());
  }
  if (turn.held_back != nullptr && vitals_.held_back != *turn.held_back) {
    vitals_.held_back = *turn.held_back;
  }
  if (vitals_.stopped != turn.stopped) vitals_.stopped = turn.stopped;
  vitals_.conversations = turn.conversations;
  vitals_.unsettled = turn.unsettled;
  vitals_.outstanding = turn.outstanding;
  vitals_.retry_budget = turn.retry_budget;
  vitals_.gateway = turn.gateway;
  vitals_.written_back += static_cast<std::int64_t>(turn.written_back);
  vitals_.lost_leases += static_cast<std::int64_t>(turn.lost_leases);
}

void VitalSigns::ended(const Ending& ending) {
  const std::lock_guard lock(mutex_);
  turn_minutes(vitals_.progress = clock_.now());
  auto& outcomes = vitals_.outcomes[ending.task.component];
  const std::string_view name = outcome_name(ending.outcome);
  const auto found = outcomes.find(name);
  ++(found == outcomes.end() ? outcomes[std::string(name)] : found->second);
  Vitals::Minute& minute = vitals_.minutes.back();
  if (ending.settlement.state == Settlement::State::kDone) {
    ++minute.done;
    vitals_.last_success[ending.task.component] = vitals_.progress;
  }
  // What the brake holds has not failed; it waits for a decision.
  const bool is_parked =
      ending.settlement.state == Settlement::State::kParked && ending.settlement.code != kBrakeCode;
  if (is_parked || ending.settlement.spend_attempt) ++minute.failed;
}

void VitalSigns::called(const MoodleCall& /*call*/) {}

void VitalSigns::note(Side& side, const char* name, bool is_there, const Error* trouble) {
  if (is_there) {
    if (side.state == Side::State::kThere) return;
    const bool is_over = side.state == Side::State::kAway;
    side = {Side::State::kThere, {}, {}, vitals_.progress};
    if (!is_over) return;
    const auto open = std::ranges::find_if(vitals_.outages, [name](const Vitals::Outage& outage) {
      return outage.side == name && !outage.ended;
    });
    if (open != vitals_.outages.end()) open->ended = vitals_.progress;
    return;
  }
  if (trouble == nullptr) return;
  const bool begins = side.state != Side::State::kAway;
  if (!begins && side.code == trouble->code && side.reason == trouble->message) return;
  side = {Side::State::kAway, trouble->code, trouble->message,
          begins ? vitals_.progress : side.since};
  if (!begins) return;
  vitals_.outages.push_front({name, trouble->message, vitals_.progress, std::nullopt});
  if (vitals_.outages.size() > Vitals::kMostOutages) vitals_.outages.pop_back();
}

void VitalSigns::turn_minutes(Clock::TimePoint now) {
  const auto minute =
      std::chrono::duration_cast<std::chrono::minutes>(now - vitals_.started).count();
  const auto shift = std::clamp<std::int64_t>(minute - minute_, 0, Vitals::kMinutes);
  if (shift == 0) return;
  std::shift_left(vitals_.minutes.begin(), vitals_.minutes.end(), shift);
  std::fill(vitals_.minutes.end() - shift, vitals_.minutes.end(), Vitals::Minute{});
  minute_ = minute;
}

}  // namespace moodlesync::ops
