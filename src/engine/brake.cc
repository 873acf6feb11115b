#include "engine/brake.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace moodlesync::engine {

namespace {

constexpr std::chrono::seconds kBetweenLooks{10};
constexpr std::chrono::seconds kAfterFailure{30};
/// Removals are not urgent, but an account that is to be locked must not wait for a whole first
/// load.
constexpr std::chrono::seconds kPatience{10};

/// FNV-1a. Rows may hold personal data, so what is remembered of one is a number.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0);
  }
  [[nodiscard]] std::string hex() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
      text += kDigits[(hash_ >> static_cast<unsigned>(shift)) & 0xFU];
    }
    return text;
  }

 private:
  void mix(unsigned char byte) {
    hash_ ^= byte;
    hash_ *= 0x100000001B3U;
  }
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

std::string identity_of(const Call& call) {
  Fingerprint fingerprint;
  fingerprint.add(call.function->name);
  for (const Params* params : {&call.fixed, &call.row}) {
    for (const auto& [name, value] : params->items()) {
      fingerprint.add(name);
      fingerprint.add(value);
    }
  }
  return fingerprint.hex();
}

Error held_error(const Call& call, const std::string& component) {
  return {ErrorKind::kRejected, std::string(kBrakeCode),
          "the brake holds this back (" + std::string(call.removal) +
              "), because more is to be taken away in Moodle than usual: see `moodle-syncd brake "
              "list`, then `brake allow " +
              component + "` or `brake drop " + component + "`"};
}

bool may_pass_by_itself(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kInDoubt ||
         error.kind == ErrorKind::kTransient;
}

const BrakeSettings::Limit& limit_of(const BrakeSettings& settings, std::string_view component) {
  const auto found = settings.components.find(component);
  return found == settings.components.end() ? settings.limit : found->second;
}

}  // namespace

std::int64_t removal_limit(const BrakeSettings& settings, std::string_view component,
                           std::int64_t linked) {
  const BrakeSettings::Limit& limit = limit_of(settings, component);
  return std::max(limit.removals, linked * limit.percent / 100);
}

bool may_pass(const BrakeSettings& settings, std::string_view component,
              const BrakeReading& reading) {
  constexpr std::int64_t kAll = 100;
  if (limit_of(settings, component).percent >= kAll) return true;
  // While something is held the rest of the same mistake must not slip through.
  if (reading.holding) return reading.wanted == 0;
  return reading.passed + reading.wanted <= removal_limit(settings, component, reading.linked);
}

bool Brake::Door::reads_are_trustworthy() const {
  return brake_.ports_.moodle.reads_are_trustworthy();
}

bool Brake::Door::offers(std::string_view function) const {
  return brake_.ports_.moodle.offers(function);
}

void Brake::Door::submit(PendingCall& call) {
  if (call.call().removal.empty()) return submit_to(brake_.ports_.moodle, call);
  if (brake_.waiting_.empty()) brake_.patience_ends_ = brake_.ports_.clock.now() + kPatience;
  brake_.waiting_.push_back({&call, &key_});
}

void Brake::Door::withdraw(PendingCall& call) noexcept {
  const auto waits = [&call](const Waiting& one) { return one.call == &call; };
  if (std::erase_if(brake_.waiting_, waits) == 0) withdraw_from(brake_.ports_.moodle, call);
}

Status Brake::weigh() {
  if (waiting_.empty()) return ok();
  std::vector<Removal> removals;
  removals.reserve(waiting_.size());
  for (const auto& [call, key] : waiting_) {
    removals.push_back({*key, std::string(call->call().removal), identity_of(call->call())});
  }
  const BrakeRule rule = [this](std::string_view component, const BrakeReading& reading) {
    return may_pass(settings_, component, reading);
  };
  Result<Weighing> weighed = ports_.ledger.weigh(removals, settings_.window, rule);
  if (!weighed) {
    if (!may_pass_by_itself(weighed.error())) answer_all(weighed.error());
    return std::move(weighed).error();
  }
  let_through(std::exchange(waiting_, {}), weighed->held);
  for (const Weighing::Trip& trip : weighed->trips) note_trip(trip);
  return ok();
}

void Brake::let_through(const std::vector<Waiting>& waiting, const std::vector<bool>& held) {
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto& [call, key] = waiting[i];
    if (held[i]) {
      holding_.insert(key->component);
      ready_.push_back(call->answer(held_error(call->call(), key->component)));
    } else {
      Door::submit_to(ports_.moodle, *call);
    }
  }
}

void Brake::answer_all(const Error& error) {
  for (const auto& [call, key] : std::exchange(waiting_, {})) {
    ready_.push_back(call->answer(Error(error).in("asking the brake")));
  }
}

void Brake::note_trip(const Weighing::Trip& trip) {
  const BrakeReading& reading = trip.reading;
  log_.error(
      "MS-303 the brake holds removals back, more are asked for than usual; Moodle is left as it "
      "is: component={} wanted={} passed={} linked={} limit={} window_s={} "
      "next=\"moodle-syncd brake list\"",
      trip.component, reading.wanted, reading.passed, reading.linked,
      removal_limit(settings_, trip.component, reading.linked), settings_.window.count());
}

bool Brake::wants_look() const {
  return (!has_looked_ || is_holding()) && ports_.clock.now() >= next_look_;
}

Status Brake::look() {
  const Result<std::vector<HeldRemovals>> held = ports_.ledger.held();
  next_look_ = ports_.clock.now() + (held ? kBetweenLooks : kAfterFailure);
  if (!held) return held.error();
  const bool is_first = !std::exchange(has_looked_, true);
  std::set<std::string> now;
  for (const HeldRemovals& one : *held) {
    now.insert(one.component);
    if (!is_first) continue;
    log_.error(
        "MS-303 the brake still holds removals back: component={} removals={} entities={} "
        "since_s={} next=\"moodle-syncd brake list\"",
        one.component, one.removals, one.entities, one.since.count());
  }
  for (const std::string& component : holding_) {
    if (now.contains(component)) continue;
    log_.warn("MS-304 the brake is off again, nothing is held any more: component={}", component);
  }
  holding_ = std::move(now);
  return ok();
}

}  // namespace moodlesync::engine
