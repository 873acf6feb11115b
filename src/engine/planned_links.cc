#include "engine/planned_links.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

Error read_only() { return {ErrorKind::kBug, "read_only", "a plan must not change the queue"}; }

}  // namespace

void PlannedLinks::note(const TaskKey& key, std::optional<LinkedId> link) {
  planned_.insert_or_assign({key.component, key.entity}, std::move(link));
}

bool PlannedLinks::is_settled(const std::string& component, const EntityRef& entity) const {
  const auto planned = planned_.find({component, entity});
  if (planned == planned_.end()) return false;
  const auto& link = planned->second;
  return link && (link->moodle_id || !link->skipped.empty());
}

Result<std::vector<std::pair<EntityRef, LinkedId>>> PlannedLinks::linked_ids(
    std::string_view component, std::span<const EntityRef> refs) {
  auto stored = queue_.linked_ids(component, refs);
  if (!stored) return stored;
  const std::string name(component);
  std::erase_if(*stored, [&](const auto& entry) { return planned_.contains({name, entry.first}); });
  for (const EntityRef& ref : refs) {
    const auto planned = planned_.find({name, ref});
    if (planned == planned_.end()) continue;
    if (const auto& link = planned->second) stored->emplace_back(ref, *link);
  }
  return stored;
}

Result<std::vector<std::pair<MoodleId, EntityRef>>> PlannedLinks::holders(
    std::string_view component, std::span<const MoodleId> ids) {
  return queue_.holders(component, ids);
}

Result<DrainReport> PlannedLinks::drain(int /*limit*/) { return read_only(); }
Result<SweepReport> PlannedLinks::sweep(int /*limit*/) { return read_only(); }
Result<std::vector<Task>> PlannedLinks::claim(const ClaimRequest& /*request*/) {
  return read_only();
}
Result<std::vector<TaskKey>> PlannedLinks::renew(std::span<const Task> /*tasks*/,
                                                 std::chrono::seconds /*lease*/) {
  return read_only();
}
Result<SettleReport> PlannedLinks::settle(std::span<const Settlement> /*settlements*/) {
  return read_only();
}
Status PlannedLinks::release(std::span<const Task> /*tasks*/, bool /*in_doubt*/) {
  return read_only();
}
Result<std::vector<TaskKey>> PlannedLinks::store_ahead(std::span<const Task> /*tasks*/) {
  return read_only();
}

}  // namespace moodlesync::engine
