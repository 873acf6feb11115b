#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// The queue as a plan sees it: links as they are, and over them those that the plan would make.
/// Only reads go through; whoever claims, settles or stores something has mistaken it for a queue.
///
/// Lifetime: borrows the queue.
class PlannedLinks : public Queue {
 public:
  explicit PlannedLinks(Queue& queue) : queue_(queue) {}

  /// The entity's link if the plan were carried out; nothing: it would be gone.
  void note(const TaskKey& key, std::optional<LinkedId> link);
  /// Whether the plan came to an id for it, or to leaving it out.
  [[nodiscard]] bool is_settled(const std::string& component, const EntityRef& entity) const;

  [[nodiscard]] Result<std::vector<std::pair<EntityRef, LinkedId>>> linked_ids(
      std::string_view component, std::span<const EntityRef> refs) override;
  [[nodiscard]] Result<std::vector<std::pair<MoodleId, EntityRef>>> holders(
      std::string_view component, std::span<const MoodleId> ids) override;
  [[nodiscard]] Result<QueueStats> stats() override { return queue_.stats(); }
  [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> next_due(
      std::span<const std::string> components) override {
    return queue_.next_due(components);
  }

  [[nodiscard]] Result<DrainReport> drain(int limit) override;
  [[nodiscard]] Result<SweepReport> sweep(int limit) override;
  [[nodiscard]] Result<std::vector<Task>> claim(const ClaimRequest& request) override;
  [[nodiscard]] Result<std::vector<TaskKey>> renew(std::span<const Task> tasks,
                                                   std::chrono::seconds lease) override;
  [[nodiscard]] Result<SettleReport> settle(std::span<const Settlement> settlements) override;
  [[nodiscard]] Status release(std::span<const Task> tasks, bool in_doubt) override;
  [[nodiscard]] Result<std::vector<TaskKey>> store_ahead(std::span<const Task> tasks) override;

 private:
  using ByComponent = std::pair<std::string, EntityRef>;
  Queue& queue_;
  std::map<ByComponent, std::optional<LinkedId>> planned_;
};

}  // namespace moodlesync::engine
