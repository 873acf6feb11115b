#pragma once

#include <chrono>

#include "engine/crew.h"
#include "engine/settler.h"
#include "moodlesync/clock.h"
#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// Keeps the leases of the tasks that we work on or have yet to settle: renews them three times per
/// lease, leaves to another instance what it has taken over, and gives all up once they must have
/// ended unseen.
///
/// Lifetime: borrows its ports. Threads: the event loop's only.
class Leases {
 public:
  struct Ports {
    Queue& queue;
    Crew& crew;
    const Settler& settler;
    const Clock& clock;
  };
  Leases(Ports ports, std::chrono::seconds lease, spdlog::logger& log)
      : ports_(ports), lease_(lease), log_(log) {}

  /// A run begins: there is nothing to renew yet.
  void begin();
  /// What was claimed then is about to be begun with.
  void note_claim(Clock::TimePoint when);
  /// Renews, if it is time. Returns how many tasks another instance has taken over; their
  /// conversations have ended by then. Errors: as Queue::renew(); then see give_up_expired().
  [[nodiscard]] Result<std::size_t> renew();
  /// Cut off from the database, we cannot know who works on these tasks by now: once the leases are
  /// over, ends all conversations.
  void give_up_expired();
  /// When renew() has something to do again.
  [[nodiscard]] Clock::TimePoint next() const { return next_; }

 private:
  [[nodiscard]] Clock::TimePoint next_time() const;

  Ports ports_;
  std::chrono::seconds lease_;
  spdlog::logger& log_;
  Clock::TimePoint next_{};
  Clock::TimePoint end_{};  ///< Of the conversations that go on; by our clock, so no later.
};

}  // namespace moodlesync::engine
