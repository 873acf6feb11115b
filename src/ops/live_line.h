#pragma once

#include <cstdint>
#include <string>

#include "moodlesync/clock.h"
#include "moodlesync/observer.h"
#include "ops/log.h"

namespace moodlesync::ops {

/// For a person who runs the daemon in a terminal: one line below the log that says what goes on.
///
/// Lifetime: borrows; takes the line away at its end. Threads: as Observer.
class LiveLine : public Observer {
 public:
  LiveLine(Log& log, const Clock& clock) : log_(log), clock_(clock) {}
  ~LiveLine() override { log_.set_last_line({}); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void entered(Phase phase, const Error* hindrance) override;
  void turned(const Turn& turn) override;
  void ended(const Ending& ending) override;
  void called(const MoodleCall& call) override;

 private:
  [[nodiscard]] std::string words_for(const Turn& turn) const;
  void draw(std::string words);

  Log& log_;
  const Clock& clock_;
  Clock::TimePoint next_{};
  std::int64_t done_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t done_before_ = 0;  ///< When the rate was last worked out.
  std::int64_t rate_ = 0;         ///< Done in the last second.
  Clock::TimePoint rated_{};
};

}  // namespace moodlesync::ops
