#include "engine/portions.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

/// For how long an idle Moodle is kept waiting: about as long as one of its requests takes.
constexpr Portions::Micros kPatience{50'000};
/// Tasks that are read together however long they take, and whose time tells something: that of
/// fewer is mostly the way to the database.
constexpr std::size_t kFewest = 8;

}  // namespace

Portions::Portion Portions::next(std::span<const Task> tasks, bool moodle_is_idle) const {
  const std::string& component = tasks.front().key.component;
  const auto end = std::ranges::find_if(
      tasks, [&](const Task& task) { return task.key.component != component; });
  const auto alike = static_cast<std::size_t>(end - tasks.begin());
  if (!moodle_is_idle) return {tasks.size(), alike == tasks.size() ? component : ""};
  const auto known = per_task_.find(component);
  if (known == per_task_.end()) return {alike, component};
  const auto in_time = static_cast<double>(kPatience.count()) / std::max(known->second, 1.0);
  return {std::min(alike, std::max(kFewest, static_cast<std::size_t>(in_time))), component};
}

void Portions::note(const Portion& portion, Micros took) {
  if (portion.component.empty() || portion.tasks < kFewest) return;
  per_task_[portion.component] =
      static_cast<double>(took.count()) / static_cast<double>(portion.tasks);
}

}  // namespace moodlesync::engine
