#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "moodlesync/gateway.h"
#include "moodlesync/outcome.h"
#include "moodlesync/queue.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// Where the daemon is in its life.
enum class Phase {
  kStarting,  ///< Connects and asks the guard; goes on trying while the database is away.
  kWorking,
  kReloading,  ///< Winds down, to go on with a new configuration.
  kStopping,
};

/// What one turn of the loop did, and how things stand after it. Borrows everything it points at:
/// an observer copies what it wants to keep.
struct Turn {
  // What was done in it.
  std::size_t drained = 0;       ///< Changes moved into tasks.
  std::size_t swept = 0;         ///< Tasks that the sweep queued.
  std::size_t claimed = 0;       ///< Tasks.
  std::size_t settled = 0;       ///< Outcomes stored.
  std::size_t lost_leases = 0;   ///< Tasks that another instance has taken over.
  std::size_t written_back = 0;  ///< Moodle ids written into Drupal.

  // How things stand.
  Phase phase = Phase::kWorking;
  std::size_t conversations = 0;    ///< Going on.
  std::size_t unsettled = 0;        ///< Ended, their outcomes not stored yet.
  std::size_t outstanding = 0;      ///< Rows that Moodle has not answered yet.
  std::int64_t retry_budget = 0;    ///< Failed attempts that may be repeated soon; 0: later only.
  GatewayStats gateway;             ///< Since this gateway was opened.
  bool moodle_ready = false;        ///< The preflight has passed and Moodle answers.
  const Error* moodle = nullptr;    ///< Why Moodle is away; null as well before the first answer.
  const Error* database = nullptr;  ///< Why Drupal's database is away.
  bool is_listening = false;        ///< Notifications of changes arrive; else they are polled for.
  std::span<const std::string> capture_gaps;         ///< Changes that are not heard of, in words.
  const std::set<std::string>* held_back = nullptr;  ///< Components whose removals the brake holds.
  std::map<std::string, std::string> stopped;        ///< Component → why it does not work.

  /// Everything that syncing needs is there. That the guard has passed is a matter of course: the
  /// loop does not turn otherwise.
  [[nodiscard]] bool is_ready() const {
    return phase == Phase::kWorking && moodle_ready && database == nullptr;
  }
};

/// A conversation that has come to its end, and what becomes of its task.
struct Ending {
  const TaskKey& task;
  const Outcome& outcome;
  const Settlement& settlement;
  std::chrono::milliseconds took{0};
  std::chrono::microseconds overdue{0};  ///< Task::overdue of this attempt.
  /// From the first change that the task stands for to the end of this conversation.
  std::chrono::microseconds since_change{0};
};

/// One request to Moodle that was answered, or was not.
struct MoodleCall {
  std::string_view function;  ///< Static storage.
  std::size_t rows = 0;
  std::chrono::microseconds took{0};  ///< Zero: not known.
  const Error* failure = nullptr;
};

/// Hears what the daemon does: metrics, the status page, the service manager. It knows nothing of
/// them.
///
/// The loop turns thousands of times a second under load and sleeps in none of these: an
/// implementation does next to nothing and never blocks.
///
/// Lifetime: outlives whoever reports to it. Threads: called from the event loop's only. Errors:
/// none; what goes wrong in here is the observer's own business.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Reported at the start of each attempt to start, with what stood in the way of the last one
  /// (else null), and when the loop begins and leaves.
  virtual void entered(Phase phase, const Error* hindrance) = 0;
  /// After each turn of the loop: the proof that it makes progress. Comes at least every
  /// engine.poll_interval, but for the time that a statement takes.
  virtual void turned(const Turn& turn) = 0;
  virtual void ended(const Ending& ending) = 0;
  virtual void called(const MoodleCall& call) = 0;
};

}  // namespace moodlesync
