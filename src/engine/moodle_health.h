#pragma once

#include <optional>

#include "engine/breaker.h"
#include "moodlesync/gateway.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// Whether Moodle can be worked with: runs the preflight at start and after every outage, one probe
/// at a time.
///
/// One log line when an outage begins and one when it is over. Threads: the event loop's only.
class MoodleHealth {
 public:
  MoodleHealth(Gateway& gateway, const Clock& clock, spdlog::logger& log)
      : gateway_(gateway), clock_(clock), log_(log), breaker_(clock), since_(clock.now()) {}

  /// Starts a probe when one is due and takes in the result of one that has ended.
  void tend();
  /// A conversation or a transfer met a Moodle that is away. Many at once count as one.
  void note_outage(const Error& error);

  [[nodiscard]] bool ready() const { return breaker_.lets_through(); }
  /// Why it is not ready; empty while the first probe is still out.
  [[nodiscard]] const std::optional<Error>& problem() const { return breaker_.reason(); }
  /// Since when it is as ready() says.
  [[nodiscard]] Clock::TimePoint since() const { return since_; }
  /// When tend() has something to do again; empty while a probe is out or all is well.
  [[nodiscard]] std::optional<Clock::TimePoint> next_probe() const;
  /// Gives up a probe that is out.
  void cancel() { probe_.reset(); }

 private:
  Co<Done> probe();
  void fail(const Error& error);
  void report_recovery(const MoodleSite& site);

  Gateway& gateway_;
  const Clock& clock_;
  spdlog::logger& log_;
  Breaker breaker_;
  std::optional<Co<Done>> probe_;
  std::optional<Result<MoodleSite>> answer_;
  Clock::TimePoint since_;
};

}  // namespace moodlesync::engine
