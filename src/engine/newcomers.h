#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "moodlesync/clock.h"
#include "moodlesync/ids.h"

namespace moodlesync::engine {

/// What Moodle has made on our word within the last hour, so that nobody need ask what is in it. A
/// restart forgets it, and then it is asked.
///
/// Threads: the event loop's only.
class Newcomers {
 public:
  explicit Newcomers(const Clock& clock) : clock_(clock) {}

  void note(std::string_view component, MoodleId id);
  [[nodiscard]] bool contains(std::string_view component, MoodleId id) const;

 private:
  void forget_old();

  const Clock& clock_;
  std::map<std::pair<std::string, MoodleId>, Clock::TimePoint> since_;
  Clock::TimePoint next_clearing_{};
};

}  // namespace moodlesync::engine
