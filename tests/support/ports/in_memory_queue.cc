#include "support/ports/in_memory_queue.h"

#include <algorithm>

namespace moodlesync::fakes {

void InMemoryQueue::capture(const EntityRef& entity, std::string bundle) {
  changes_.emplace_back(entity, std::move(bundle));
}

void InMemoryQueue::fail_settle(const Error& error, int times) {
  for (int i = 0; i < times; ++i) settle_errors_.push_back(error);
}

void InMemoryQueue::queue_task(const TaskKey& key, const std::string& bundle) {
  auto [at, inserted] = rows_.try_emplace(key);
  Row& row = at->second;
  if (inserted) {
    row.task.key = key;
    row.due = row.first = now_;
  }
  row.task.bundle = bundle;
  ++row.task.generation;
  if (row.state == "running") return;
  if (row.state == "parked") row.due = row.first = now_;
  row.state = "pending";
  row.due = std::min(row.due, now_);
  row.task.attempts = 0;
}

void InMemoryQueue::make_due(const TaskKey& key) {
  const auto at = rows_.find(key);
  if (at == rows_.end()) return;
  Row& row = at->second;
  if (row.state == "running") {
    ++row.task.generation;
    return;
  }
  if (row.state == "parked") row.first = now_;
  row.state = "pending";
  row.due = now_;
  row.task.attempts = 0;
  row.code.clear();
  row.message.clear();
}

Result<DrainReport> InMemoryQueue::drain(int limit) {
  on_drain();
  DrainReport report;
  report.config_changed = std::exchange(config_changed_, false);
  while (!changes_.empty() && std::cmp_less(report.taken, limit)) {
    const auto [entity, bundle] = changes_.front();
    changes_.pop_front();
    ++report.taken;
    for (const SourceSpec& source : sources_) {
      if (source.entity_type != entity.type || source.bundle != bundle) continue;
      queue_task({source.component, source.name, entity}, bundle);
    }
  }
  return report;
}

Result<SweepReport> InMemoryQueue::sweep(int /*limit*/) {
  if (!sweep_error_) return SweepReport{0, true};
  ++refused_;
  return *sweep_error_;
}

Result<std::vector<Task>> InMemoryQueue::claim(const ClaimRequest& request) {
  if (claim_error_) {
    ++refused_;
    return *claim_error_;
  }
  const auto is_expired = [&](const Row& row) {
    return row.state == "running" && row.lease_until <= now_;
  };
  const auto place_of = [&](const TaskKey& key) {
    return std::ranges::find(request.components, key.component) - request.components.begin();
  };
  std::vector<std::pair<const TaskKey, Row>*> all_due;
  for (auto& entry : rows_) {
    const auto& [key, row] = entry;
    if (std::cmp_equal(place_of(key), request.components.size())) continue;
    if (paused_.contains("") || paused_.contains(key.component)) continue;
    const bool due = (row.state == "pending" || row.state == "waiting") && row.due <= now_;
    if (due || is_expired(row)) all_due.push_back(&entry);
  }
  std::ranges::stable_sort(all_due, {}, [&](const auto* entry) {
    return std::pair(entry->second.due, place_of(entry->first));
  });
  std::vector<Task> claimed;
  for (auto* entry : all_due) {
    if (std::cmp_greater_equal(claimed.size(), request.limit)) break;
    auto& [key, row] = *entry;
    const Millis claimable_at = is_expired(row) ? row.lease_until : row.due;
    row.task.in_doubt |= is_expired(row);
    row.state = "running";
    row.task.token = next_token_++;
    Task task = row.task;
    task.queued = now_ - row.first;
    task.overdue = now_ - claimable_at;
    row.lease_until = now_ + request.lease;
    if (const auto link = links_.find(key); link != links_.end()) task.link = link->second;
    claimed.push_back(std::move(task));
  }
  return claimed;
}

Result<std::vector<TaskKey>> InMemoryQueue::renew(std::span<const Task> tasks,
                                                  std::chrono::seconds lease) {
  std::vector<TaskKey> lost;
  for (const Task& task : tasks) {
    const auto at = rows_.find(task.key);
    if (at == rows_.end() || at->second.task.token != task.token || at->second.state != "running") {
      lost.push_back(task.key);
    } else {
      at->second.lease_until = now_ + lease;
    }
  }
  return lost;
}

Result<SettleReport> InMemoryQueue::settle(std::span<const Settlement> settlements) {
  ++settle_calls_;
  if (!settle_errors_.empty()) {
    Error error = settle_errors_.front();
    settle_errors_.pop_front();
    return error;
  }
  SettleReport report;
  for (const Settlement& settlement : settlements) settle_one(settlement, report);
  return report;
}

void InMemoryQueue::settle_one(const Settlement& settlement, SettleReport& report) {
  const auto at = rows_.find(settlement.key);
  if (at == rows_.end() || at->second.state != "running" ||
      at->second.task.token != settlement.token) {
    ++report.lost;
    return;
  }
  ++report.settled;
  store_link(settlement);
  Row& row = at->second;
  row.code = settlement.code;
  row.message = settlement.message;
  row.task.in_doubt = settlement.in_doubt;
  if (row.task.generation != settlement.generation) {
    ++report.changed;
    if (settlement.state == Settlement::State::kDone) row.first = now_;
    row.state = "pending";
    row.due = now_;
    row.task.attempts = 0;
    return;
  }
  if (settlement.state == Settlement::State::kDone) {
    rows_.erase(at);
    wake_waiters(settlement.key, report);
    return;
  }
  if (settlement.spend_attempt) ++row.task.attempts;
  row.due = now_ + settlement.delay;
  row.state = settlement.state == Settlement::State::kPending ? "pending" : "parked";
  if (settlement.state == Settlement::State::kWaiting) wait_on_target(row, settlement);
}

void InMemoryQueue::store_link(const Settlement& settlement) {
  if (settlement.remove_link) links_.erase(settlement.key);
  if (settlement.link) links_[settlement.key] = *settlement.link;
  if (settlement.owe_write_back) owed_.push_back(settlement.key);
}

void InMemoryQueue::wait_on_target(Row& row, const Settlement& settlement) {
  row.state = "waiting";
  row.waits_on = settlement.waits_on;
  if (!settlement.waits_on) return;
  const auto link = links_.find(*settlement.waits_on);
  const auto is_left_out = [](const Link& one) {
    return !one.skipped.empty() && one.skipped != "opted_out";
  };
  if (link != links_.end() && (link->second.moodle_id || is_left_out(link->second))) {
    row.state = "pending";
    row.due = now_;
    return;
  }
  if (!rows_.contains(*settlement.waits_on))
    queue_task(*settlement.waits_on, settlement.waits_on_bundle);
}

void InMemoryQueue::wake_waiters(const TaskKey& target, SettleReport& report) {
  for (auto& [key, row] : rows_) {
    if (row.state != "waiting" || !row.waits_on || row.waits_on->component != target.component ||
        row.waits_on->entity != target.entity) {
      continue;
    }
    row.state = "pending";
    row.due = now_;
    ++report.woken;
  }
}

Status InMemoryQueue::release(std::span<const Task> tasks, bool in_doubt) {
  for (const Task& task : tasks) {
    const auto at = rows_.find(task.key);
    if (at == rows_.end() || at->second.task.token != task.token) continue;
    at->second.state = "pending";
    at->second.due = now_;
    at->second.task.in_doubt |= in_doubt;
  }
  return ok();
}

Result<std::optional<InMemoryQueue::Millis>> InMemoryQueue::next_due(
    std::span<const std::string> components) {
  std::optional<Millis> next;
  for (const auto& [key, row] : rows_) {
    if (row.state != "pending" && row.state != "waiting") continue;
    if (std::ranges::find(components, key.component) == components.end()) continue;
    const Millis left = std::max(row.due - now_, Millis{0});
    next = next ? std::min(*next, left) : left;
  }
  return next;
}

Result<std::vector<std::pair<EntityRef, LinkedId>>> InMemoryQueue::linked_ids(
    std::string_view component, std::span<const EntityRef> refs) {
  std::vector<std::pair<EntityRef, LinkedId>> found;
  for (const auto& [key, link] : links_) {
    if (key.component != component || std::ranges::find(refs, key.entity) == refs.end()) continue;
    found.emplace_back(key.entity, LinkedId{link.moodle_id, link.skipped});
  }
  return found;
}

Result<std::vector<std::pair<MoodleId, EntityRef>>> InMemoryQueue::holders(
    std::string_view component, std::span<const MoodleId> ids) {
  std::vector<std::pair<MoodleId, EntityRef>> found;
  for (const auto& [key, link] : links_) {
    if (key.component != component || !link.moodle_id || !link.skipped.empty()) continue;
    if (std::ranges::find(ids, *link.moodle_id) == ids.end()) continue;
    found.emplace_back(*link.moodle_id, key.entity);
  }
  return found;
}

Result<std::vector<TaskKey>> InMemoryQueue::store_ahead(std::span<const Task> tasks) {
  std::vector<TaskKey> lost;
  for (const Task& task : tasks) {
    const auto at = rows_.find(task.key);
    if (at == rows_.end() || at->second.task.token != task.token || at->second.state != "running") {
      lost.push_back(task.key);
    } else if (task.link) {
      links_[task.key] = *task.link;
    }
  }
  return lost;
}

Result<QueueStats> InMemoryQueue::stats() {
  QueueStats stats;
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> counts;
  for (const auto& [key, row] : rows_) {
    const bool coded = row.state == "waiting" || row.state == "parked";
    ++counts[{key.component, row.state, coded ? row.code : ""}];
  }
  for (const auto& [line, count] : counts) {
    stats.tasks.push_back(
        {std::get<0>(line), std::get<1>(line), std::get<2>(line), count, std::chrono::seconds{0}});
  }
  stats.changes = static_cast<std::int64_t>(changes_.size());
  for (const auto& [key, link] : links_) ++(link.skipped.empty() ? stats.links : stats.skipped);
  return stats;
}

}  // namespace moodlesync::fakes
