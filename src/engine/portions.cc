#include "engine/portions.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

/// For how long an idle Moodle is kept waiting: about as long as one of its requests takes.
constexpr Portions::Micros kPatience{50'000};
/// Tasks that are read together however long they take, and whose time tells something: that of
/// fewer is mostly the way to the database.
constexpr std::size_t kFewest = 8;

/// Those from the front that are of the first one's component.
std::size_t alike(std::span<const Task> tasks) {
  const std::string& component = tasks.front().key.component;
  const auto end = std::ranges::find_if(
      tasks, [&](const Task& task) { return task.key.component != component; });
  return static_cast<std::size_t>(end - tasks.begin());
}

}  // namespace

std::string Portions::component_of(std::span<const Task> tasks) {
  return alike(tasks) == tasks.size() ? tasks.front().key.component : "";
}

std::size_t Portions::first(std::span<const Task> tasks) const {
  const auto known = per_task_.find(tasks.front().key.component);
  if (known == per_task_.end()) return alike(tasks);
  const auto in_time = static_cast<double>(kPatience.count()) / std::max(known->second, 1.0);
  return std::min(alike(tasks), std::max(kFewest, static_cast<std::size_t>(in_time)));
}

void Portions::note(const std::string& component, std::size_t tasks, Micros took) {
  if (component.empty() || tasks < kFewest) return;
  per_task_[component] = static_cast<double>(took.count()) / static_cast<double>(tasks);
}

}  // namespace moodlesync::engine
