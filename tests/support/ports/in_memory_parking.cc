#include "support/ports/in_memory_parking.h"

#include <algorithm>

namespace moodlesync::fakes {

std::vector<TaskKey> InMemoryParking::chosen(const ParkedFilter& filter) const {
  std::vector<TaskKey> keys;
  for (const auto& [key, row] : queue_.rows()) {
    const bool fits = (filter.component.empty() || filter.component == key.component) &&
                      (filter.code.empty() || filter.code == row.code) &&
                      (!filter.entity || *filter.entity == key.entity);
    if (row.state == "parked" && fits) keys.push_back(key);
  }
  return keys;
}

Result<ParkedList> InMemoryParking::list(const ParkedFilter& filter, int limit) {
  ParkedList list;
  for (const TaskKey& key : chosen(filter)) {
    const InMemoryQueue::Row& row = queue_.rows().at(key);
    ParkedTask task;
    task.key = key;
    task.code = row.code;
    task.message = row.message;
    task.attempts = row.task.attempts;
    task.parked = std::chrono::duration_cast<std::chrono::seconds>(queue_.now() - row.due);
    const auto link = queue_.all_links().find(key);
    if (link != queue_.all_links().end()) task.moodle_id = link->second.moodle_id;
    list.tasks.push_back(std::move(task));
  }
  list.total = static_cast<std::int64_t>(list.tasks.size());
  std::ranges::stable_sort(list.tasks, std::greater<>{}, &ParkedTask::parked);
  if (std::cmp_greater(list.tasks.size(), limit)) {
    list.tasks.resize(static_cast<std::size_t>(limit));
  }
  return list;
}

Result<std::size_t> InMemoryParking::retry(const ParkedFilter& filter) {
  const std::vector<TaskKey> keys = chosen(filter);
  for (const TaskKey& key : keys) queue_.make_due(key);
  return keys.size();
}

Result<std::size_t> InMemoryParking::drop(const ParkedFilter& filter) {
  const std::vector<TaskKey> keys = chosen(filter);
  for (const TaskKey& key : keys) queue_.forget_task(key);
  return keys.size();
}

}  // namespace moodlesync::fakes
