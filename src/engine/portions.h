#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// How much of a claim is read before Moodle gets to hear of it.
///
/// A course is read with all who are enrolled in it: a claim of some hundred takes a second. So it
/// is read by portions, and calls go out and are followed by others in between. What they take is
/// estimated by how long their like took lately. While Moodle has nothing to do the first ones are
/// small; where they have nothing for Moodle it need not be hurried for the others, so that each is
/// twice as large as the one before.
///
/// Threads: the event loop's only.
class Portions {
 public:
  using Micros = std::chrono::microseconds;

  static constexpr Micros kFirst{15'000};  ///< While Moodle waits for it.
  static constexpr Micros kMost{120'000};  ///< About as long as a call takes.

  /// How many of `tasks`, from the front, can be read and begun with in that time: a few at least.
  /// Of a component that is not known yet not many, and nothing else with them. Requires: there are
  /// some.
  [[nodiscard]] std::size_t within(Micros time, std::span<const Task> tasks) const;

  /// Whose all of `tasks` are; empty: of several. Requires: there are some.
  [[nodiscard]] static std::string component_of(std::span<const Task> tasks);

  /// Reading so many of `component` and beginning with them took so long.
  void note(const std::string& component, std::size_t tasks, Micros took);

 private:
  std::map<std::string, double> per_task_;  ///< Microseconds, by component.
};

}  // namespace moodlesync::engine
