#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "app/exit_code.h"
#include "app/rooms.h"
#include "app/wiring.h"
#include "engine/loop.h"
#include "moodlesync/control.h"
#include "ops/endpoint.h"
#include "ops/live_line.h"
#include "ops/log.h"
#include "ops/metrics.h"
#include "ops/observers.h"
#include "ops/service_reporter.h"
#include "ops/steady_clock.h"
#include "ops/vital_signs.h"

namespace moodlesync::app {

/// `run` and `once`: opens what the configuration names, passes the guard, runs the loop, and
/// starts over with a new configuration when one is there.
///
/// Lifetime: borrows the rooms and the log. Threads: the event loop's only.
class Daemon {
 public:
  Daemon(std::filesystem::path config, std::optional<ops::LogLevel> log_level, const Rooms& rooms,
         ops::Log& log);

  /// Reads the configuration for the first time, or for a reload: then it is also compared with
  /// Drupal, through connections of its own, so that a bad one changes nothing. False: it has
  /// faults, and all are logged.
  [[nodiscard]] bool load();
  [[nodiscard]] bool load_anew();

  /// Requires: load() was true. `control` asks load_anew() before it answers kReload.
  [[nodiscard]] ExitCode run(engine::RunMode mode, Control& control);

 private:
  [[nodiscard]] std::unique_ptr<Wiring> read();
  [[nodiscard]] std::unique_ptr<Wiring> read_anew();
  /// An exit code: the run is over before it began.
  [[nodiscard]] std::optional<ExitCode> start(engine::RunMode mode, Control& control);
  [[nodiscard]] Status try_to_start(engine::RunMode mode);
  [[nodiscard]] Status check_schema();
  [[nodiscard]] engine::RunEnd run_loop(engine::RunMode mode, Control& control);
  /// What the loop is to work with: a watchdog must not bark while it sleeps.
  [[nodiscard]] engine::EngineSettings engine_settings() const;
  [[nodiscard]] std::optional<QueueStats> look_at_queue();
  void greet();
  void show_up(engine::RunMode mode);
  void greet_watchdog();
  void log_faults(const std::vector<SettingsFault>& faults);
  [[nodiscard]] ExitCode farewell(const engine::RunEnd& end);
  [[nodiscard]] ExitCode give_up(const Error& error);

  std::filesystem::path config_;
  std::optional<ops::LogLevel> log_level_;
  const Rooms& rooms_;
  ops::Log& log_;
  std::unique_ptr<Wiring> wiring_;
  std::unique_ptr<Wiring> next_;  ///< Read for a reload and found good.
  ops::SteadyClock clock_;
  ops::VitalSigns vital_signs_{clock_};
  ops::Metrics metrics_;
  ops::Observers observers_{{&vital_signs_, &metrics_}};  ///< All who look on.
  std::unique_ptr<ops::ServiceReporter> reporter_;        ///< Null: no service manager listens.
  std::unique_ptr<ops::LiveLine> live_line_;              ///< Null: nobody sits before a terminal.
  std::unique_ptr<ops::Endpoint> endpoint_;  ///< Null: not wanted, or the port is in use.
};

}  // namespace moodlesync::app
