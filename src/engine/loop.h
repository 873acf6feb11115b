#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/brake.h"
#include "engine/capture_rounds.h"
#include "engine/claims.h"
#include "engine/clerk.h"
#include "engine/crew.h"
#include "engine/database_health.h"
#include "engine/guard.h"
#include "engine/intake.h"
#include "engine/leases.h"
#include "engine/moodle_health.h"
#include "engine/portions.h"
#include "engine/refusals.h"
#include "engine/roll_call.h"
#include "engine/settler.h"
#include "engine/stopped_components.h"
#include "engine/write_back_turns.h"
#include "moodlesync/control.h"
#include "moodlesync/drupal.h"
#include "moodlesync/gateway.h"
#include "moodlesync/observer.h"
#include "moodlesync/outside_caches.h"

namespace moodlesync::engine {

enum class RunMode {
  kForever,
  kUntilIdle,  ///< Until nothing is due; a Moodle or database that is away ends it.
};

/// How a run ended.
struct RunEnd {
  enum class Kind { kStopped, kReload, kIdle, kGuard, kConfig, kUnavailable };
  Kind kind = Kind::kStopped;
  std::string message;
  bool removals_held = false;  ///< kIdle: the brake holds something back.
};

/// What the loop works with; all must outlive it.
struct LoopPorts {
  Queue& queue;
  DrupalReader& reader;
  WriteBack& write_back;
  ChangeListener& listener;
  Gateway& gateway;
  Control& control;
  const Clock& clock;
  Guard& guard;
  std::span<const std::unique_ptr<Component>> components;
  RemovalLedger& removals;
  CaptureWatch* capture = nullptr;    ///< Null: nothing to look after.
  OutsideCaches* outside = nullptr;   ///< Null: Drupal's caches are in the database.
  Observer* observer = nullptr;       ///< Null: nobody looks on.
  Pauses* pauses = nullptr;           ///< Null: nobody pauses anything.
  PresenceBoard* presence = nullptr;  ///< Null: nobody is told what we do.
  std::string version = {};           ///< Of this program, for whoever is told.
  Clerk* clerk = nullptr;             ///< Null: the loop's own session claims and settles, in turn.
};

/// The event loop: drain → claim → load → converse → settle, and the write-back that is owed. One
/// thread, and the clerk's; the only place where it sleeps is Gateway::pump.
///
/// Requires: the reader has prepared the components' sources. Errors: as a RunEnd; everything that
/// can be outlived is.
class Loop {
 public:
  Loop(LoopPorts ports, EngineSettings settings, spdlog::logger& log);
  [[nodiscard]] RunEnd run(RunMode mode);

 private:
  using Millis = std::chrono::milliseconds;

  [[nodiscard]] RunEnd go_round();
  void obey(Command command);
  [[nodiscard]] std::optional<RunEnd> take_in();
  [[nodiscard]] std::optional<RunEnd> refused_by_guard(const Error& error);
  [[nodiscard]] Status drain();
  [[nodiscard]] Status look_after_capture();
  [[nodiscard]] Status claim();
  void begin_claim(std::size_t about_to_start);
  [[nodiscard]] Status start_claimed();
  void begin_with(std::span<Task> tasks);
  void load_and_start(std::span<Task> tasks);
  [[nodiscard]] Status sweep();
  void refresh_schema();
  void advance_epoch();
  [[nodiscard]] int room(std::size_t about_to_start = 0) const;
  [[nodiscard]] bool takes_in() const;
  [[nodiscard]] bool gathers_removals();
  void permit_removals();
  void store_ahead();
  void converse();
  void conclude();
  void note_settled();
  void write_back();
  void heartbeat();
  void leave_word(bool ended);
  void note_outcome(const Crew::Finished& finished);
  void hand_over(Crew::Finished& finished);
  void listen();
  [[nodiscard]] Phase phase() const;
  void report();
  void note_intake(const Status& status);
  [[nodiscard]] bool is_idle() const;
  [[nodiscard]] std::optional<RunEnd> wind_down();
  [[nodiscard]] std::optional<RunEnd> early_end();
  void release_all();
  void release_claimed();
  void release(std::span<const Task> tasks, bool in_doubt);
  [[nodiscard]] Millis nap() const;

  LoopPorts ports_;
  EngineSettings settings_;
  spdlog::logger& log_;
  ClerkInTurn clerk_in_turn_;
  Clerk& clerk_;
  Directory directory_;
  Newcomers newcomers_;
  Intake intake_;
  Brake brake_;
  Crew crew_;
  Settler settler_;
  Unstored unstored_;
  Claims claims_;
  Portions portions_;
  Leases leases_;
  MoodleHealth moodle_;
  WriteBackTurns write_back_;
  CaptureRounds capture_;
  DatabaseHealth database_;
  Refusals refusals_;
  StoppedComponents stopped_;
  RollCall roll_call_;

  RunMode mode_ = RunMode::kForever;
  std::optional<Command> leaving_;  ///< Set once a stop or reload was asked for.
  Clock::TimePoint leave_by_{};
  Clock::TimePoint next_poll_{};
  Clock::TimePoint next_sweep_{};
  Clock::TimePoint next_epoch_{};
  bool sweeping_ = true;
  bool drain_wanted_ = true;
  std::optional<std::int64_t> last_claim_to_weigh_;  ///< Its number; of those at the brake.
  bool last_look_due_ = false;  ///< Something was settled since the last drain.
  Turn turn_;                   ///< What this turn has done so far.
  bool misses_notifications_ = false;
};

}  // namespace moodlesync::engine
