#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/result.h"

namespace moodlesync {

/// What a running daemon tells of itself. All times are ages: how long ago.
struct Presence {
  std::string host = {};  ///< Filled in by the board, with pid.
  std::int64_t pid = 0;
  std::string version = {};
  std::chrono::seconds started{0};
  std::chrono::seconds seen{0};                                     ///< Since it last told.
  bool ended = false;                                               ///< It said that it stopped.
  std::optional<std::chrono::seconds> last_success = std::nullopt;  ///< Something came in step.

  bool moodle_ready = false;
  std::chrono::seconds moodle_since{0};  ///< Since it is as moodle_ready says.
  std::string moodle_code = {};          ///< Why it is not ready.
  std::string moodle_reason = {};

  std::int64_t in_flight = 0;
  // Of the last minute.
  std::int64_t settled = 0;
  std::int64_t failed = 0;
  std::int64_t requests = 0;  ///< To Moodle.

  /// A component that has stopped until its configuration is mended.
  struct Stopped {
    std::string component;
    std::string reason;
    bool operator==(const Stopped&) const = default;
  };
  std::vector<Stopped> stopped = {};
};

/// Where running daemons leave word, so that a command on any machine can tell what they do.
///
/// Threads: the event loop's only. Errors: as for Queue.
class PresenceBoard {
 public:
  virtual ~PresenceBoard() = default;
  /// Leaves word of this instance: one small row, overwritten each time. `started` and `seen` are
  /// the database's affair.
  [[nodiscard]] virtual Status tell(const Presence& presence) = 0;
  /// Those of the last day, and the last one whenever that was; newest word first.
  [[nodiscard]] virtual Result<std::vector<Presence>> list() = 0;
};

}  // namespace moodlesync
