#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// How much of a claim is read before Moodle gets to do something.
///
/// A course is read with all who are enrolled in it: a claim of some hundred takes a good part of a
/// second. While Moodle has nothing to do, only so many are read at first as it may be kept waiting
/// for, going by how long their like took lately.
///
/// Threads: the event loop's only.
class Portions {
 public:
  using Micros = std::chrono::microseconds;

  /// How many of `tasks`, from the front, an idle Moodle gets to hear of first: at least one, and
  /// all of one component. Requires: there are some.
  [[nodiscard]] std::size_t first(std::span<const Task> tasks) const;

  /// Whose all of `tasks` are; empty: of several. Requires: there are some.
  [[nodiscard]] static std::string component_of(std::span<const Task> tasks);

  /// Reading so many of `component` and beginning with them took so long.
  void note(const std::string& component, std::size_t tasks, Micros took);

 private:
  std::map<std::string, double> per_task_;  ///< Microseconds, by component.
};

}  // namespace moodlesync::engine
