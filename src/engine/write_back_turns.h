#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "moodlesync/clock.h"
#include "moodlesync/drupal.h"
#include "moodlesync/outside_caches.h"

namespace moodlesync::engine {

/// When the loop lets the write-back work, what it tells caches outside the database of, and what
/// an operator hears of both.
///
/// Threads: the event loop's only. Errors: none of them stops anything; run() hands on what says
/// that the database is away.
class WriteBackTurns {
 public:
  /// `outside` may be null: there is nobody to tell.
  WriteBackTurns(WriteBack& write_back, OutsideCaches* outside, const Clock& clock,
                 std::chrono::milliseconds rest, spdlog::logger& log)
      : write_back_(write_back), outside_(outside), clock_(clock), rest_(rest), log_(log) {}

  /// Something may be due.
  void want() { wanted_ = true; }
  [[nodiscard]] bool is_idle() const;
  /// When the next turn is; empty: when something is wanted again.
  [[nodiscard]] std::optional<Clock::TimePoint> next() const;
  /// What wakes the loop for tend(), or -1.
  [[nodiscard]] int fd() const { return outside_ == nullptr ? -1 : outside_->fd(); }

  /// A turn, if one is due. An error: the database is away.
  [[nodiscard]] Status run();
  /// How many ids were written since this was last asked.
  [[nodiscard]] std::size_t take_written() { return std::exchange(written_, 0); }
  /// Hears what became of the calls to outside.
  void tend();

 private:
  void hear(const OutsideCaches::Told& told);
  void rest_after(const Error& error);

  WriteBack& write_back_;
  OutsideCaches* outside_;
  const Clock& clock_;
  std::chrono::milliseconds rest_;
  spdlog::logger& log_;
  bool wanted_ = true;
  Clock::TimePoint not_before_{};
  bool outside_fails_ = false;
  std::size_t written_ = 0;
};

}  // namespace moodlesync::engine
