#pragma once

#include <spdlog/logger.h>

#include <string>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/drupal.h"

namespace moodlesync::engine {

/// Looks after the capture: at start, after every change of Drupal's configuration and every few
/// minutes. While something is not heard of, each look asks for a sweep, which finds what it can
/// without triggers.
///
/// Threads: the event loop's only.
class CaptureRounds {
 public:
  /// `watch` may be null: there is nothing to look after.
  CaptureRounds(CaptureWatch* watch, const Clock& clock, spdlog::logger& log)
      : watch_(watch), clock_(clock), log_(log) {}

  /// Drupal's tables may have been rebuilt: look with the next turn.
  void look_soon() { next_ = {}; }
  /// A look, if one is due. True: something was, or may have been, missed; sweep.
  [[nodiscard]] Result<bool> tend();
  /// What is not heard of, as seen last.
  [[nodiscard]] const std::vector<std::string>& gaps() const { return gaps_; }

 private:
  void tell(const CaptureWatch::Report& report);

  CaptureWatch* watch_;
  const Clock& clock_;
  spdlog::logger& log_;
  Clock::TimePoint next_{};
  std::vector<std::string> gaps_;
};

}  // namespace moodlesync::engine
