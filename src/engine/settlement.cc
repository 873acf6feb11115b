#include "engine/settlement.h"

namespace moodlesync::engine {

namespace {

/// Fills in what one kind of outcome means; everything that all have in common is there already.
struct Decide {
  Settlement& to;
  const Conclusion& of;
  const EngineSettings& settings;
  Random& random;

  void operator()(const Synced& /*outcome*/) const { done(); }
  void operator()(const Unchanged& /*outcome*/) const { done(); }

  void operator()(const Removed& /*outcome*/) const {
    to.state = Settlement::State::kDone;
    to.link.reset();
    to.remove_link = true;
    to.owe_write_back = false;
  }

  void operator()(const Skipped& skipped) const {
    to.state = Settlement::State::kDone;
    to.link.emplace(of.link).skipped = skipped.reason;
    to.owe_write_back = false;
    leave_as_it_is();
  }

  void operator()(const Waiting& waiting) const {
    to.state = Settlement::State::kWaiting;
    to.in_doubt = of.task.in_doubt;
    to.delay = settings.wait_backstop;
    to.code = "waiting";
    to.message =
        "waits for the Moodle id of " + to_string(waiting.entity) + " (" + waiting.component + ")";
    if (!of.waits_on.component.empty()) to.waits_on = of.waits_on;
    to.waits_on_bundle = waiting.bundle;
  }

  void operator()(const Error& error) const {
    to.code = error.code;
    to.message = error.message;
    to.in_doubt = of.task.in_doubt || error.kind == ErrorKind::kInDoubt;
    switch (error.kind) {
      case ErrorKind::kTransient:
      case ErrorKind::kInDoubt:
        retry(error);
        break;
      case ErrorKind::kUnavailable:
      case ErrorKind::kConfig:
        to.state = Settlement::State::kPending;
        break;
      case ErrorKind::kRejected:
      case ErrorKind::kBug:
        to.state = Settlement::State::kParked;
        break;
    }
  }

 private:
  void done() const {
    to.state = Settlement::State::kDone;
    to.link.emplace(of.link).skipped.clear();
    leave_as_it_is();
  }

  /// A link that the queue holds already is not stored once more: most of what a mass save in
  /// Drupal brings is in order.
  void leave_as_it_is() const {
    if (!to.owe_write_back && to.link == of.task.link) to.link.reset();
  }

  void retry(const Error& error) const {
    if (of.during_outage) return retry_after_outage(error);
    const int attempts = of.task.attempts + 1;
    to.spend_attempt = true;
    if (attempts >= settings.max_attempts) {
      to.state = Settlement::State::kParked;
      to.message = "given up after " + std::to_string(attempts) + " attempts: " + error.message;
      return;
    }
    to.state = Settlement::State::kPending;
    to.delay = backoff(settings, attempts, random);
    if (error.retry_after && *error.retry_after > to.delay) to.delay = *error.retry_after;
  }

  /// Whatever went wrong, it was the outage's fault. Claims wait for Moodle anyhow; a time that
  /// goes with a lost answer counts all the same.
  void retry_after_outage(const Error& error) const {
    to.state = Settlement::State::kPending;
    if (error.kind == ErrorKind::kInDoubt && error.retry_after) to.delay = *error.retry_after;
  }
};

}  // namespace

Settlement decide_settlement(const Conclusion& conclusion, const EngineSettings& settings,
                             Random& random) {
  Settlement settlement;
  settlement.key = conclusion.task.key;
  settlement.token = conclusion.task.token;
  settlement.generation = conclusion.task.generation;
  settlement.link = conclusion.link;
  settlement.owe_write_back = conclusion.owe_write_back;
  std::visit(Decide{settlement, conclusion, settings, random}, conclusion.outcome);
  return settlement;
}

}  // namespace moodlesync::engine
