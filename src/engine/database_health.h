#pragma once

#include <optional>

#include "engine/breaker.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// Whether Drupal's database can be worked with. Nothing is asked for that alone: every statement
/// of the loop tells, and while the database is away, now and then one is let through.
///
/// One log line when an outage begins, one when it is over, and one for each statement that is
/// refused. Threads: the event loop's only.
class DatabaseHealth {
 public:
  /// Requires: the database has answered already.
  DatabaseHealth(const Clock& clock, spdlog::logger& log) : log_(log), breaker_(clock) {
    breaker_.succeed();
  }

  /// What a statement came to.
  void note(const Status& status);

  [[nodiscard]] bool ready() const { return breaker_.lets_through(); }
  /// It is ready, or it is time to see whether it is.
  [[nodiscard]] bool may_be_asked() const { return ready() || breaker_.wants_probe(); }
  /// Why it is not ready.
  [[nodiscard]] const std::optional<Error>& problem() const { return breaker_.reason(); }

 private:
  spdlog::logger& log_;
  Breaker breaker_;
};

}  // namespace moodlesync::engine
