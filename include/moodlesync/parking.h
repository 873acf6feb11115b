#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// Which parked tasks; what is empty leaves all in.
struct ParkedFilter {
  std::string component = {};
  std::string code = {};
  std::optional<EntityRef> entity = std::nullopt;
  [[nodiscard]] bool is_open() const { return component.empty() && code.empty() && !entity; }
};

/// A task that nobody works on until its entity changes or a person says so.
struct ParkedTask {
  TaskKey key;
  std::string code;     ///< Moodle's errorcode, or ours.
  std::string message;  ///< The same for people.
  int attempts = 0;     ///< Failed attempts; 0 when the first one was refused for good.
  std::chrono::seconds parked{0};
  std::chrono::seconds queued{0};  ///< Since the first change that it stands for.
  std::optional<MoodleId> moodle_id;
};

struct ParkedList {
  std::vector<ParkedTask> tasks;  ///< Longest parked first.
  std::int64_t total = 0;         ///< Of the filter, whatever the limit.
};

/// What an operator sees and does about parked tasks.
///
/// Threads: the event loop's only. Errors: as for Queue.
class Parking {
 public:
  virtual ~Parking() = default;
  /// At most `limit`.
  [[nodiscard]] virtual Result<ParkedList> list(const ParkedFilter& filter, int limit) = 0;
  /// Makes them due now, as if they had never been tried, and wakes the daemon. How many.
  [[nodiscard]] virtual Result<std::size_t> retry(const ParkedFilter& filter) = 0;
  /// Forgets them; Moodle stays as it is. The links stay, so a later change of the entity goes on
  /// where this one stopped; the sweep does not bring them back. How many.
  [[nodiscard]] virtual Result<std::size_t> drop(const ParkedFilter& filter) = 0;
};

}  // namespace moodlesync
