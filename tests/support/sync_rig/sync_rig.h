#pragma once

#include <spdlog/spdlog.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/rooms.h"
#include "app/wiring.h"
#include "engine/loop.h"
#include "moodlesync/queue.h"
#include "ops/steady_clock.h"
#include "support/campus/campus.h"
#include "support/drupal_site/drupal_site.h"
#include "support/moodle_sim/moodle_sim.h"
#include "support/ports/fake_ports.h"
#include "support/process/child_process.h"

namespace moodlesync::testsupport {

/// The daemon's rooms joined as the program joins them, on a Drupal site in a real PostgreSQL and a
/// Moodle over real HTTP. Time is real; nothing sleeps: `sync()` is what `moodle-syncd once` does.
class SyncRig {
 public:
  /// Where a Moodle's web services are.
  struct MoodleAccess {
    std::string url;
    std::string token;
  };
  struct Options {
    DrupalSiteOptions drupal = {};
    std::optional<MoodleAccess> moodle = {};  ///< A real one; empty: the rig's simulator.
    std::string components = {};              ///< YAML; empty: the campus's.
    std::string more_yaml = {};               ///< Further top-level sections.
    std::string more_drupal_yaml = {};        ///< Further lines of the section drupal.
    bool install = true;
    std::function<void(DrupalSite&)> model =
        {};  ///< Vocabularies, types and fields; empty: the campus's.
    /// False: a run's sweep finds nothing in entities that have a link, so that what reaches Moodle
    /// was told of by a change. (Everything here is younger than the minute that the sweep allows
    /// for slow requests.)
    bool sweeps = false;
    /// True: what a running daemon remembers lasts from one sync() to the next.
    bool keeps_running = false;
    /// Gets the lines at info level and above, as an operator sees them.
    std::ostream* log = nullptr;
  };
  SyncRig() : SyncRig(Options{}) {}
  explicit SyncRig(const Options& options);
  ~SyncRig();

  [[nodiscard]] DrupalSite& drupal() { return drupal_; }
  [[nodiscard]] Campus& campus() { return *campus_; }
  [[nodiscard]] sim::MoodleSim& moodle() { return moodle_; }
  [[nodiscard]] sim::Id trash_bin() const { return trash_bin_; }
  [[nodiscard]] std::string config_yaml() const { return config_; }
  [[nodiscard]] app::Wiring& wiring() { return *wiring_; }
  [[nodiscard]] const app::Rooms& rooms() const { return rooms_; }

  /// Runs until nothing is due.
  engine::RunEnd sync();
  /// The same by so many daemons at once, each with a thread and connections of its own; how the
  /// first one ended. Further daemons go on running.
  engine::RunEnd sync_side_by_side(int daemons);
  /// As sync(), and says what both sides do not agree about afterwards.
  [[nodiscard]] std::vector<std::string> differences_after_sync();
  /// Makes everything that is pending later due now: for retries and second invalidations.
  void skip_waits();

  struct Parked {
    std::string code;
    std::string message;
  };
  [[nodiscard]] Parked parked(const std::string& entity_type, std::int64_t id);
  [[nodiscard]] std::int64_t tasks(const std::string& state);
  /// Requests to Moodle since the last look that were not the preflight's.
  [[nodiscard]] int calls_since_last_look();
  /// The Moodle id in the entity's field, as Drupal shows it.
  [[nodiscard]] std::string shown_id(const EntityId& id) {
    return drupal_.load(id).text("field_moodle_id");
  }

 private:
  struct Engine;
  struct Further;

  [[nodiscard]] std::unique_ptr<app::Wiring> connected() const;
  /// Nobody works on anything, and nothing is due.
  [[nodiscard]] bool is_worked_off();
  void calm_the_sweep();

  TemporaryDirectory directory_;
  DrupalSite drupal_;
  sim::MoodleSim moodle_;
  std::unique_ptr<Campus> campus_;
  sim::Id trash_bin_ = 0;
  app::Rooms rooms_;
  std::string config_;
  std::unique_ptr<app::Wiring> wiring_;
  ops::SteadyClock clock_;
  spdlog::logger log_;
  bool sweeps_;
  bool keeps_running_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Further>> further_;
  int seen_calls_ = 0;
};

}  // namespace moodlesync::testsupport
