#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "moodlesync/clock.h"
#include "moodlesync/observer.h"
#include "moodlesync/queue.h"
#include "ops/service_manager.h"

namespace moodlesync::ops {

/// Tells the service manager how the daemon is.
///
/// READY=1 goes out once Drupal's database has let us in, the guard has passed and Moodle has
/// accepted the token; while one of these is away the start is given more time. WATCHDOG=1 goes out
/// with the turns of the loop and with nothing else: a loop that hangs is started anew, whatever
/// other threads do. A Moodle or a database that is away is no hang.
///
/// Lifetime: borrows clock and manager. Threads: as Observer.
class ServiceReporter : public Observer {
 public:
  /// `look`: the queue as it is now, or nothing when it cannot be seen. Asked every ten
  /// seconds at most, and so seldom that it takes no more than a hundredth of the time.
  ServiceReporter(const Clock& clock, ServiceManager& manager,
                  std::function<std::optional<QueueStats>()> look)
      : clock_(clock), manager_(manager), look_(std::move(look)) {}

  void entered(Phase phase, const Error* hindrance) override;
  void turned(const Turn& turn) override;
  void ended(const Ending& /*ending*/) override {}
  void called(const MoodleCall& /*call*/) override {}

  /// A new configuration is looked at; or was, and the old one stays.
  void reload_began();
  void reload_refused() { reload_ended(); }

  /// The loop may sleep so long and no longer, or the watchdog barks; empty: as long as it likes.
  [[nodiscard]] std::optional<std::chrono::milliseconds> longest_sleep() const;

  /// Not null when Moodle, asked for the first time, lets us do nothing: the manager would wait in
  /// vain for READY=1 until a person has mended it.
  [[nodiscard]] const Error* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

 private:
  using Millis = std::chrono::milliseconds;

  void beat();
  void reload_ended();
  void begin_stop();
  void get_ready(const Turn& turn);
  void ask_for_time(Millis time);
  void refresh_status(const Turn& turn);
  void say(const std::string& status);

  const Clock& clock_;
  ServiceManager& manager_;
  std::function<std::optional<QueueStats>()> look_;
  bool ready_ = false;
  bool reloading_ = false;
  bool stopping_ = false;
  std::optional<Error> refusal_;
  std::optional<QueueStats> depth_;
  std::string status_;  ///< As told last.
  Clock::TimePoint next_beat_{};
  Clock::TimePoint next_plea_{};
  Clock::TimePoint next_status_{};
  Clock::TimePoint next_look_{};
};

}  // namespace moodlesync::ops
