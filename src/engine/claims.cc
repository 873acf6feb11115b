#include "engine/claims.h"

#include <algorithm>
#include <utility>

namespace moodlesync::engine {

int Claims::room(std::size_t held) const {
  const int most =
      std::min(settings_.claim_limit, settings_.max_in_flight - static_cast<int>(held));
  const bool enough = most >= settings_.claim_limit / 4 || held == 0;
  return enough ? std::max(most, 0) : 0;
}

void Claims::begin(int limit, std::vector<std::string> components) {
  is_wanted_ = false;
  ++begun_;
  limit_ = limit;
  when_ = ports_.clock.now();
  ports_.clerk.begin_claim({limit, std::move(components), settings_.lease});
}

Result<std::optional<Claims::Taken>> Claims::take() {
  std::optional<Clerk::Claimed> claimed = ports_.clerk.take_claimed();
  if (!claimed) return std::optional<Taken>{};
  if (!claimed->guarded || !claimed->tasks) {
    want();
    if (claimed->guarded) return std::move(claimed->tasks).error();
    objection_ = std::move(claimed->guarded).error();
    return *objection_;
  }
  Taken taken{*std::move(claimed->tasks), when_};
  is_wanted_ |= std::cmp_equal(taken.tasks.size(), limit_);
  if (Status kept = keep_ours(taken); !kept) return std::move(kept).error();
  return std::optional(std::move(taken));
}

/// The database or we ourselves may have been so long about it that somebody else works on some of
/// them by now.
Status Claims::keep_ours(Taken& taken) {
  const auto now = ports_.clock.now();
  if (taken.tasks.empty() || now - taken.leased <= settings_.lease / 3) return ok();
  taken.leased = now;
  const Result<std::vector<TaskKey>> lost = ports_.queue.renew(taken.tasks, settings_.lease);
  if (!lost) return lost.error();
  taken.lost = lost->size();
  std::erase_if(taken.tasks, [&](const Task& task) {
    return std::ranges::find(*lost, task.key) != lost->end();
  });
  return ok();
}

std::optional<Error> Claims::take_objection() { return std::exchange(objection_, std::nullopt); }

Status Claims::give_back(std::span<const Task> tasks) {
  want();
  return ports_.queue.release(tasks, false);
}

}  // namespace moodlesync::engine
