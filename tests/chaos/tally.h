#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace moodlesync::chaos {

/// Times, for their middle and their end.
class Durations {
 public:
  void add(std::chrono::milliseconds time) { all_.push_back(time); }
  void add(const Durations& others);
  /// "median 0.21 s, 95 % 1.4 s, longest 2.0 s (37 times)", or "none".
  [[nodiscard]] std::string summary() const;

 private:
  std::vector<std::chrono::milliseconds> all_;
};

/// What was done to the daemons and what came of it.
struct Tally {
  int edits = 0;
  int kills = 0;            ///< Processes that ended by SIGKILL.
  int kills_at_answer = 0;  ///< Times that all were killed around an answer of Moodle's.
  int freezes = 0;
  int orderly_stops = 0;
  int database_restarts = 0;  ///< Of which some are crashes.
  int database_crashes = 0;
  int database_cuts = 0;  ///< Times that all sessions were cut.
  int moodle_faults = 0;  ///< That struck.
  int network_faults = 0;
  int calls = 0;
  Durations recovery;  ///< From a kill to the next outcome that was stored.
  Durations rescue;    ///< From a kill to the moment when nothing is held by the dead any more.

  std::size_t lost = 0;
  std::size_t duplicate = 0;
  std::size_t stuck = 0;
  std::size_t other = 0;  ///< Daemons that ended by themselves and the like.

  Tally& operator+=(const Tally& more);
  [[nodiscard]] bool is_clean() const { return lost + duplicate + stuck + other == 0; }
  /// One line of numbers.
  [[nodiscard]] std::string summary() const;
};

}  // namespace moodlesync::chaos
