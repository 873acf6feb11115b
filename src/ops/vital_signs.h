#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/observer.h"

namespace moodlesync::ops {

/// How the daemon was after its last turn, and what it has done since it was started. A copy: it
/// does not change any more.
struct Vitals {
  using Time = Clock::TimePoint;

  /// Moodle or the database, as seen from here.
  struct Side {
    enum class State { kUntried, kThere, kAway };
    State state = State::kUntried;
    std::string code;    ///< Why it is away.
    std::string reason;  ///< The same for people.
    Time since{};
  };
  struct Outage {
    std::string side;  ///< "Moodle", "Drupal's database"
    std::string reason;
    Time began{};
    std::optional<Time> ended;
  };
  /// What ended in one minute.
  struct Minute {
    std::int64_t done = 0;    ///< Synced, unchanged, removed, skipped.
    std::int64_t failed = 0;  ///< Refused, or to be tried again.
  };
  static constexpr std::size_t kMinutes = 60;

  Time taken{};     ///< When this copy was made.
  Time started{};   ///< The process.
  Time progress{};  ///< The last sign of life of the loop.
  Phase phase = Phase::kStarting;
  bool guard_passed = false;
  std::string hindrance;  ///< While starting: what stood in the way of the last attempt.
  Side database;
  Side moodle;
  bool is_listening = false;
  std::vector<std::string> capture_gaps;
  std::set<std::string> held_back;
  std::map<std::string, std::string> stopped;  ///< Component → why.
  std::size_t conversations = 0;
  std::size_t unsettled = 0;
  std::size_t outstanding = 0;
  std::int64_t retry_budget = 0;
  GatewayStats gateway;
  std::int64_t written_back = 0;
  std::int64_t lost_leases = 0;
  /// Component → outcome_name() → how many.
  std::map<std::string, std::map<std::string, std::int64_t, std::less<>>, std::less<>> outcomes;
  std::map<std::string, Time, std::less<>> last_success;  ///< Component → when.
  std::vector<std::string> components;                    ///< All that are configured.
  std::array<Minute, kMinutes> minutes{};  ///< Oldest first; the last is the one that goes on.
  std::deque<Outage> outages;              ///< Newest first; at most kMostOutages.
  static constexpr std::size_t kMostOutages = 20;

  [[nodiscard]] bool is_ready() const {
    return phase == Phase::kWorking && database.state == Side::State::kThere &&
           moodle.state == Side::State::kThere;
  }
  [[nodiscard]] std::chrono::milliseconds since_progress() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(taken - progress);
  }
};

/// Keeps the vitals up to date for whoever wants to see them: health, the status page, the line in
/// the terminal.
///
/// Threads: read() from any; the rest as Observer. The lock is held for a few copies at most.
class VitalSigns : public Observer {
 public:
  explicit VitalSigns(const Clock& clock);

  [[nodiscard]] Vitals read() const;
  /// The components that are configured: of them it is also known that nothing has happened.
  void expect(std::vector<std::string> components);

  void entered(Phase phase, const Error* hindrance) override;
  void turned(const Turn& turn) override;
  void ended(const Ending& ending) override;
  void called(const MoodleCall& call) override;

 private:
  using Side = Vitals::Side;

  void note(Side& side, const char* name, bool is_there, const Error* trouble);
  void turn_minutes(Clock::TimePoint now);

  const Clock& clock_;
  mutable std::mutex mutex_;
  Vitals vitals_;            ///< Guarded by mutex_.
  std::int64_t minute_ = 0;  ///< Guarded by mutex_; of the last of vitals_.minutes.
};

}  // namespace moodlesync::ops
