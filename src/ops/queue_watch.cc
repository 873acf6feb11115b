#include "ops/queue_watch.h"

#include <algorithm>
#include <utility>

namespace moodlesync::ops {

namespace {

constexpr int kRestFactor = 20;
/// For a person who has clicked; health checks wait behind them.
constexpr std::chrono::seconds kMayWait{2};
/// How long an allowed removal may take to happen, as with `brake allow`.
constexpr std::chrono::hours kAllowedFor{24};

}  // namespace

QueueWatch::QueueWatch(Open open, const Clock& clock, std::chrono::milliseconds interval)
    : open_(std::move(open)), clock_(clock), interval_(interval), thread_([this] { watch(); }) {}

QueueWatch::~QueueWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

QueueReading QueueWatch::read() const {
  const std::lock_guard lock(mutex_);
  return reading_;
}

void QueueWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    is_stale_ = false;
    lock.unlock();
    const auto begun = clock_.now();
    const Status looked = look();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begun);
    lock.lock();
    reading_.trouble = looked ? "" : looked.error().message;
    if (looked) reading_.took = took;
    wake_.wait_for(lock, std::max(interval_, took * kRestFactor),
                   [this] { return is_stopping_ || is_stale_; });
  }
}

Status QueueWatch::look() {
  // Until the reading is there, so that an old one does not hide a pause that has come meanwhile.
  const std::lock_guard database_lock(database_mutex_);
  const Result<DrupalDatabase*> database = this->database();
  if (!database) return database.error();
  Result<QueueStats> stats = (*database)->queue().stats();
  if (!stats) return std::move(stats).error();
  Result<std::vector<HeldRemovals>> held = (*database)->removals().held();
  if (!held) return std::move(held).error();
  Result<std::vector<Pause>> pauses = (*database)->pauses().list();
  if (!pauses) return std::move(pauses).error();
  Result<ParkedList> parked = (*database)->parking().list({}, kMostParked);
  if (!parked) return std::move(parked).error();
  const std::lock_guard lock(mutex_);
  reading_.is_taken = true;
  reading_.when = clock_.now();
  reading_.stats = *std::move(stats);
  reading_.held = *std::move(held);
  reading_.pauses = *std::move(pauses);
  reading_.parked = *std::move(parked);
  return ok();
}

Result<DrupalDatabase*> QueueWatch::database_now(DatabaseLock& lock) {
  // Not try_lock_for: GCC 12's ThreadSanitizer does not know what that calls and takes the lock for
  // open. A step of the system's clock costs a person a second click, or the rest of the count.
  if (!lock.try_lock_until(std::chrono::system_clock::now() + kMayWait)) {
    return Error{ErrorKind::kTransient, "busy",
                 "the queue is just being counted, which takes a while; try again in a moment"};
  }
  return database();
}

Result<DrupalDatabase*> QueueWatch::database() {
  if (database_ == nullptr) {
    Result<std::unique_ptr<DrupalDatabase>> opened = open_();
    if (!opened) return std::move(opened).error();
    database_ = *std::move(opened);
  }
  return database_.get();
}

void QueueWatch::look_again() {
  {
    const std::lock_guard lock(mutex_);
    is_stale_ = true;
  }
  wake_.notify_all();
}

Result<Dossier> QueueWatch::look_up(const EntityRef& entity) {
  DatabaseLock lock(database_mutex_, std::defer_lock);
  const Result<DrupalDatabase*> database = database_now(lock);
  if (!database) return database.error();
  return (*database)->dossiers().open(entity);
}

template <class Act>
auto QueueWatch::act(const Act& act) -> decltype(act(std::declval<DrupalDatabase&>())) {
  DatabaseLock lock(database_mutex_, std::defer_lock);
  const Result<DrupalDatabase*> database = database_now(lock);
  if (!database) return database.error();
  auto done = act(**database);
  look_again();
  return done;
}

Result<std::size_t> QueueWatch::retry(const ParkedFilter& filter) {
  return act([&](DrupalDatabase& database) { return database.parking().retry(filter); });
}

Result<std::size_t> QueueWatch::allow(std::string_view component) {
  return act(
      [&](DrupalDatabase& database) { return database.removals().allow(component, kAllowedFor); });
}

Result<bool> QueueWatch::pause(std::string_view component, std::string_view reason) {
  return act([&](DrupalDatabase& database) {
    Result<bool> paused = database.pauses().pause(component, reason);
    read_pauses(database.pauses());
    return paused;
  });
}

Result<std::size_t> QueueWatch::resume(std::string_view component) {
  return act([&](DrupalDatabase& database) {
    Result<std::size_t> resumed = database.pauses().resume(component);
    read_pauses(database.pauses());
    return resumed;
  });
}

void QueueWatch::read_pauses(Pauses& pauses) {
  Result<std::vector<Pause>> list = pauses.list();
  if (!list) return;  // The next look says why.
  const std::lock_guard lock(mutex_);
  if (reading_.is_taken) reading_.pauses = *std::move(list);
}

}  // namespace moodlesync::ops
