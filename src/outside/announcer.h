#pragma once

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/outside_caches.h"
#include "outside/call.h"
#include "outside/settings.h"

namespace moodlesync::outside {

/// Tells the configured command or URL, one call after the other.
///
/// What waits is merged into the next call, so a slow one is not called more often. Nothing is kept
/// here for long: what could not be told is told again by the write-back, from the database.
///
/// Lifetime: borrows the clock; destroying it ends the running call.
class Announcer : public OutsideCaches {
 public:
  Announcer(AnnouncerSettings settings, const Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  void tell(const std::vector<EntityRef>& entities) override;
  [[nodiscard]] std::vector<Told> tend() override;
  [[nodiscard]] int fd() const override { return call_ == nullptr ? -1 : call_->fd(); }
  [[nodiscard]] bool is_idle() const override { return call_ == nullptr && waiting_.empty(); }

 private:
  [[nodiscard]] std::optional<Status> poll();
  [[nodiscard]] Result<std::unique_ptr<Call>> start();

  AnnouncerSettings settings_;
  const Clock& clock_;
  std::set<EntityRef> waiting_;
  std::vector<EntityRef> told_;  ///< By the running call.
  std::unique_ptr<Call> call_;
  Clock::TimePoint deadline_{};
};

}  // namespace moodlesync::outside
