#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/moodle_health.h"
#include "moodlesync/clock.h"
#include "moodlesync/gateway.h"
#include "moodlesync/outcome.h"
#include "moodlesync/pauses.h"
#include "moodlesync/presence.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// Leaves word in the database, every few seconds, of what this daemon does, and hears there what
/// somebody has paused, of which it logs one line when it begins and one when it ends. That nothing
/// paused is claimed is the queue's affair.
///
/// Lifetime: borrows the ports. Threads: the event loop's only.
class RollCall {
 public:
  struct Ports {
    PresenceBoard* board = nullptr;  ///< Null: nobody is told.
    Pauses* pauses = nullptr;        ///< Null: nothing can be paused.
    const Clock& clock;
  };
  /// `version`: the program's.
  RollCall(Ports ports, std::string_view version, spdlog::logger& log)
      : ports_(ports), version_(version), log_(log) {}

  /// What the loop knows at the moment.
  struct State {
    const MoodleHealth& moodle;
    GatewayStats gateway;
    std::size_t in_flight = 0;
    std::vector<Presence::Stopped> stopped = {};
    bool ended = false;
    bool tells = true;  ///< False: only hears. A short run is no daemon.
  };

  void note_outcome(const Outcome& outcome);
  /// Something came through the database's notifications; it may have been an operator.
  void look_soon();
  [[nodiscard]] bool is_due(const MoodleHealth& moodle) const;
  /// Tells and hears. An error: the database is away; whatever else goes wrong is logged once and
  /// does not matter to the sync.
  [[nodiscard]] Status tend(const State& state);

 private:
  struct Count {
    Clock::TimePoint at;
    std::int64_t settled = 0;
    std::int64_t failed = 0;
    std::int64_t requests = 0;
  };
  [[nodiscard]] Presence presence(const State& state);
  [[nodiscard]] Status hear();

  Ports ports_;
  std::string version_;
  spdlog::logger& log_;
  Clock::TimePoint next_{};
  Clock::TimePoint earliest_{};  ///< Not before this, however often somebody asks.
  std::optional<bool> told_ready_;
  std::optional<Clock::TimePoint> last_success_;
  Count now_;                                  ///< Since the start.
  std::deque<Count> counts_;                   ///< Of the last minute.
  std::map<std::string, std::string> paused_;  ///< As last heard: component and reason.
  bool fails_ = false;
};

}  // namespace moodlesync::engine
