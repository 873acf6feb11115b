#include "engine/portions.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

/// Tasks that are read together however long they take, and whose time tells something: that of
/// fewer is mostly the way to the database.
constexpr std::size_t kFewest = 8;
/// Tasks that are read to find out how long they take.
constexpr std::size_t kToFindOut = 200;

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

std::size_t Portions::within(Micros time, std::span<const Task> tasks) const {
  auto left = static_cast<double>(time.count());
  std::size_t taken = 0;
  while (taken < tasks.size()) {
    const std::span<const Task> others = tasks.subspan(taken);
    const std::size_t same = alike(others);
    const auto known = per_task_.find(others.front().key.component);
    if (known == per_task_.end()) return taken > 0 ? taken : std::min(same, kToFindOut);
    const auto in_time = static_cast<std::size_t>(left / std::max(known->second, 0.1));
    if (in_time < same) return std::min(tasks.size(), std::max(taken + in_time, kFewest));
    taken += same;
    left -= static_cast<double>(same) * known->second;
  }
  return taken;
}

void Portions::note(const std::string& component, std::size_t tasks, Micros took) {
  if (component.empty() || tasks < kFewest) return;
  per_task_[component] = static_cast<double>(took.count()) / static_cast<double>(tasks);
}

}  // namespace moodlesync::engine
