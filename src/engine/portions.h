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
/// second. As long as Moodle has nothing to do, only so many are read at a time as it may be kept
/// waiting for, going by how long their like took lately.
///
/// Threads: the event loop's only.
class Portions {
 public:
  using Micros = std::chrono::microseconds;

  struct Portion {
    std::size_t tasks = 0;       ///< From the front; at least one.
    std::string component = {};  ///< Whose they all are; empty: of several.
  };
  /// What to read next of `tasks`. Requires: there are some.
  [[nodiscard]] Portion next(std::span<const Task> tasks, bool moodle_is_idle) const;

  /// Reading `portion` and beginning with it took so long.
  void note(const Portion& portion, Micros took);

 private:
  std::map<std::string, double, std::less<>> per_task_;  ///< Microseconds, by component.
};

}  // namespace moodlesync::engine
