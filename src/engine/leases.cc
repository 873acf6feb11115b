#include "engine/leases.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace moodlesync::engine {

Clock::TimePoint Leases::next_time() const {
  return ports_.clock.now() + std::chrono::milliseconds{lease_} / 3;
}

void Leases::begin() { next_ = next_time(); }

void Leases::note_claim(Clock::TimePoint when) {
  // Of all leases the oldest counts.
  if (ports_.crew.size() == 0) end_ = when + lease_;
}

Result<std::size_t> Leases::renew() {
  const auto now = ports_.clock.now();
  if (now < next_) return std::size_t{0};
  next_ = next_time();
  std::vector<Task> tasks = ports_.crew.tasks();
  for (Task& task : ports_.settler.tasks()) tasks.push_back(std::move(task));
  if (tasks.empty()) return std::size_t{0};
  const Result<std::vector<TaskKey>> lost = ports_.queue.renew(tasks, lease_);
  if (!lost) return lost.error();
  end_ = now + lease_;
  ports_.crew.abandon(*lost);
  for (const TaskKey& key : *lost) {
    log_.warn(
        "MS-406 another instance took over a task that we were working on; left to it: task=\"{}\"",
        to_string(key));
  }
  return lost->size();
}

void Leases::give_up_expired() {
  if (ports_.clock.now() < end_) return;
  const std::vector<Task> tasks = ports_.crew.cancel();
  if (tasks.empty()) return;
  log_.warn(
      "MS-408 the database was away for longer than the leases; what was going on is given up and "
      "looked at again: tasks={}",
      tasks.size());
}

}  // namespace moodlesync::engine
