#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "ops/queue_watch.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// Tasks by what they are to an administrator.
struct QueueTotals {
  std::int64_t to_do = 0;          ///< Changes, and tasks that are pending or being worked on.
  std::int64_t waiting = 0;        ///< For another entity.
  std::int64_t parked = 0;         ///< For somebody to do something.
  std::int64_t held = 0;           ///< Removals that the brake holds back.
  std::chrono::seconds oldest{0};  ///< Of what is to do and waits.
};
[[nodiscard]] QueueTotals totals_of(const QueueReading& queue);

/// How things are, in one sentence and one that goes on.
struct StatusVerdict {
  enum class Mood { kGood, kBusy, kWarning, kBad };
  Mood mood = Mood::kGood;
  std::string headline;
  std::string detail;
  std::string pauses = {};  ///< What somebody has paused, whatever the rest says; may be empty.
};
/// The gravest thing that can be said. `patience`: as for livez().
[[nodiscard]] StatusVerdict judge_status(const Vitals& vitals, const QueueReading& queue,
                                         std::chrono::milliseconds patience);

/// "12 s", "5 min", "3 h", "2 days": whole units, rounded down.
[[nodiscard]] std::string age_in_words(std::chrono::seconds age);

}  // namespace moodlesync::ops
