#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/drupal.h"

namespace moodlesync::ops {

/// The queue as it was when it was last looked at.
struct QueueReading {
  bool is_taken = false;    ///< False: it has never been read; all the rest is empty.
  Clock::TimePoint when{};  ///< Of the reading.
  std::chrono::milliseconds took{0};
  QueueStats stats;
  std::vector<HeldRemovals> held;
  std::vector<Pause> pauses;
  ParkedList parked;    ///< The first kMostParked.
  std::string trouble;  ///< Why the last look failed; the numbers are then older ones.
};

/// Looks at the queue now and then, in a thread and through a connection of its own, so that
/// neither a scrape nor an open page costs a query, and the loop notices nothing.
///
/// A look at a queue of millions takes its time: after one the watch rests for the interval, or for
/// twenty times as long as it took, whichever is longer.
///
/// Lifetime: the destructor waits for a statement that runs (bounded by its timeout). Threads: any.
class QueueWatch {
 public:
  using Open = std::function<Result<std::unique_ptr<DrupalDatabase>>()>;

  QueueWatch(Open open, const Clock& clock, std::chrono::milliseconds interval);
  ~QueueWatch();
  QueueWatch(const QueueWatch&) = delete;
  QueueWatch& operator=(const QueueWatch&) = delete;

  /// Costs no query.
  [[nodiscard]] QueueReading read() const;

  // These ask the database at once. Errors: those of the ports behind them; kTransient with code
  // `busy` while a look takes long.
  [[nodiscard]] Result<Dossier> look_up(const EntityRef& entity);
  [[nodiscard]] Result<std::size_t> retry(const ParkedFilter& filter);
  [[nodiscard]] Result<std::size_t> allow(std::string_view component);
  // As Pauses; read() knows of it at once.
  [[nodiscard]] Result<bool> pause(std::string_view component, std::string_view reason);
  [[nodiscard]] Result<std::size_t> resume(std::string_view component);

  static constexpr int kMostParked = 20;

 private:
  void watch();
  [[nodiscard]] Status look();
  using DatabaseLock = std::unique_lock<std::timed_mutex>;
  /// The database, for as long as `lock` is held; waits for it a moment.
  [[nodiscard]] Result<DrupalDatabase*> database_now(DatabaseLock& lock);
  [[nodiscard]] Result<DrupalDatabase*> database();
  /// What somebody has asked for, done at once; then the queue is looked at again.
  template <class Act>
  [[nodiscard]] auto act(const Act& act) -> decltype(act(std::declval<DrupalDatabase&>()));
  void read_pauses(Pauses& pauses);
  void look_again();

  Open open_;
  const Clock& clock_;
  std::chrono::milliseconds interval_;

  std::timed_mutex database_mutex_;
  std::unique_ptr<DrupalDatabase> database_;  ///< Guarded by database_mutex_.

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  QueueReading reading_;      ///< Guarded by mutex_.
  bool is_stopping_ = false;  ///< Guarded by mutex_.
  bool is_stale_ = true;      ///< Guarded by mutex_; somebody has just changed something.

  std::thread thread_;
};

}  // namespace moodlesync::ops
