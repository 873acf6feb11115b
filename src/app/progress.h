#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "moodlesync/clock.h"

namespace moodlesync::app {

/// Tells somebody who waits how far a long command has come: on a terminal a bar with rate and time
/// left, elsewhere a plain line now and then.
///
/// Lifetime: borrows the stream and the clock; the destructor leaves the bar's line.
class Progress {
 public:
  enum class On { kTerminal, kFile };
  Progress(std::ostream& out, On on, std::string doing, const Clock& clock)
      : out_(out), on_(on), doing_(std::move(doing)), clock_(clock) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  struct Reading {
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< May turn out too small.
  };
  void show(Reading reading);

 private:
  [[nodiscard]] std::string text(Reading reading, Clock::TimePoint now) const;

  std::ostream& out_;
  On on_;
  std::string doing_;
  const Clock& clock_;
  Clock::TimePoint since_{};
  std::optional<Clock::TimePoint> shown_;
  std::int64_t first_ = 0;  ///< What had been done when we began.
  std::size_t width_ = 0;   ///< Of the line on the terminal.
};

/// Where progress goes when it goes to `out`.
[[nodiscard]] Progress::On progress_on(const std::ostream& out);

/// "25,000"
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace moodlesync::app
