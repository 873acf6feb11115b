#include "app/daemon.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "app/epoch_file.h"
#include "app/front_door.h"
#include "engine/clerk_beside.h"
#include "outside/announcer.h"

namespace moodlesync::app {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{1000};
constexpr milliseconds kLongestPause{30'000};
/// The code of the Error that stands for a mapping whose faults have been logged.
constexpr std::string_view kFaultyMapping = "mapping";

void wait_for(Control& control, milliseconds time) {
  pollfd descriptor{control.fd(), POLLIN, 0};
  static_cast<void>(::poll(&descriptor, 1, static_cast<int>(time.count())));
}

/// Passes on what is asked for, and asks for a stop itself once `is_in_vain` says so.
class StartControl : public Control {
 public:
  StartControl(Control& control, std::function<bool()> is_in_vain)
      : control_(control), is_in_vain_(std::move(is_in_vain)) {}
  [[nodiscard]] int fd() const override { return control_.fd(); }
  [[nodiscard]] Command take() override {
    const Command command = control_.take();
    return is_in_vain_() ? Command::kStop : command;
  }

 private:
  Control& control_;
  std::function<bool()> is_in_vain_;
};

}  // namespace

Daemon::Daemon(std::filesystem::path config, std::optional<ops::LogLevel> log_level,
               const Rooms& rooms, ops::Log& log)
    : config_(std::move(config)),
      log_level_(log_level),
      rooms_(rooms),
      log_(log),
      metrics_(rooms.versions.empty() ? "" : rooms.versions.front().second) {
  if (rooms_.service_manager == nullptr || !rooms_.service_manager->is_listening()) return;
  reporter_ = std::make_unique<ops::ServiceReporter>(clock_, *rooms_.service_manager,
                                                     [this] { return look_at_queue(); });
  observers_.add(reporter_.get());
}

std::optional<QueueStats> Daemon::look_at_queue() {
  auto stats = wiring_->database().queue().stats();
  return stats ? std::optional(*std::move(stats)) : std::nullopt;
}

void Daemon::log_faults(const std::vector<SettingsFault>& faults) {
  for (const SettingsFault& fault : faults) {
    log_.logger().error("MS-101 mistake in the configuration: {}: {}", to_string(fault.origin),
                        fault.message);
  }
}

std::unique_ptr<Wiring> Daemon::read() {
  LoadedSettings loaded = load_settings(config_, rooms_.components, rooms_.environment);
  log_faults(loaded.report.faults);
  for (const SettingsFault& warning : loaded.report.warnings) {
    log_.logger().warn("MS-102 the configuration works but ought to be changed: {}: {}",
                       to_string(warning.origin), warning.message);
  }
  if (!loaded.settings) return nullptr;
  for (const std::string& secret : loaded.settings->secrets) log_.hide(secret);
  if (log_level_) loaded.settings->log.level = *log_level_;
  return std::make_unique<Wiring>(*std::move(loaded.settings));
}

bool Daemon::load() {
  wiring_ = read();
  if (wiring_ != nullptr) log_.configure(wiring_->settings().log);
  return wiring_ != nullptr;
}

bool Daemon::load_anew() {
  if (reporter_) reporter_->reload_began();
  next_ = read_anew();
  if (next_ != nullptr) return true;
  log_.logger().warn("MS-104 not reloaded, the old configuration stays in force: file={}",
                     config_.string());
  if (reporter_) reporter_->reload_refused();
  return false;
}

std::unique_ptr<Wiring> Daemon::read_anew() {
  std::unique_ptr<Wiring> fresh = read();
  if (fresh != nullptr) {
    const auto faults = fresh->connect(rooms_);
    if (!faults) {
      log_.logger().error("MS-103 the new configuration does not connect: code={} reason=\"{}\"",
                          faults.error().code, faults.error().message);
      fresh.reset();
    } else if (!faults->empty()) {
      log_faults(*faults);
      fresh.reset();
    }
  }
  return fresh;
}

ExitCode Daemon::run(engine::RunMode mode, Control& control) {
  const bool wants_json = wiring_->settings().log.format == ops::LogSettings::Format::kJson;
  if (mode == engine::RunMode::kForever && !wants_json && ops::is_live_terminal(STDERR_FILENO)) {
    live_line_ = std::make_unique<ops::LiveLine>(log_, clock_);
    observers_.add(live_line_.get());
  }
  for (;;) {
    greet();
    show_up(mode);
    if (const auto ended = start(mode, control)) return *ended;
    const engine::RunEnd end = run_loop(mode, control);
    if (end.kind != engine::RunEnd::Kind::kReload) return farewell(end);
    wiring_ = std::move(next_);
    log_.configure(wiring_->settings().log);
    log_.logger().info("the new configuration is in force: file={}", config_.string());
  }
}

void Daemon::greet() {
  const Settings& settings = wiring_->settings();
  std::string components;
  for (const auto& component : settings.components) {
    components.append(components.empty() ? "" : ",").append(component->name());
  }
  log_.logger().info("starting: drupal={} moodle={} components={}", settings.engine.site_url,
                     settings.moodle.base_url, components);
  greet_watchdog();
}

void Daemon::greet_watchdog() {
  constexpr int kStatementsInTurn = 4;
  const auto watchdog = reporter_ ? rooms_.service_manager->watchdog() : std::nullopt;
  const milliseconds statement = wiring_->settings().drupal.statement_timeout;
  if (!watchdog || *watchdog >= statement * kStatementsInTurn) return;
  log_.logger().warn(
      "MS-114 WatchdogSec of the unit is short for drupal.statement_timeout: a slow database would "
      "look like a hang: watchdog_ms={} statement_timeout_ms={}",
      watchdog->count(), statement.count());
}

/// Metrics and health, already while the database is waited for. The old endpoint gives its port
/// back first.
void Daemon::show_up(engine::RunMode mode) {
  endpoint_.reset();
  std::vector<std::string> components;
  components.reserve(wiring_->settings().components.size());
  for (const auto& component : wiring_->settings().components) {
    components.emplace_back(component->name());
  }
  vital_signs_.expect(std::move(components));
  if (mode != engine::RunMode::kForever) return;
  endpoint_ =
      open_endpoint(wiring_->settings(), rooms_, {clock_, vital_signs_, metrics_}, log_.logger());
}

/// Connects and passes the guard. With kForever, waits for a database that is away: at boot it may
/// well come up after us.
std::optional<ExitCode> Daemon::start(engine::RunMode mode, Control& control) {
  milliseconds pause = kFirstPause;
  bool told = false;
  observers_.entered(Phase::kStarting, nullptr);
  for (;;) {
    const Status started = try_to_start(mode);
    if (started) return std::nullopt;
    const Error& error = started.error();
    observers_.entered(Phase::kStarting, &error);
    const bool may_pass = error.kind == ErrorKind::kUnavailable ||
                          error.kind == ErrorKind::kTransient || error.kind == ErrorKind::kInDoubt;
    if (!may_pass || mode == engine::RunMode::kUntilIdle) return give_up(error);
    if (!std::exchange(told, true)) {
      log_.logger().warn("MS-105 cannot start yet, trying again: code={} reason=\"{}\"", error.code,
                         error.message);
    }
    wait_for(control, pause);
    pause = std::min(pause * 2, kLongestPause);
    const Command command = control.take();
    if (command == Command::kStop) return ExitCode::kOk;
    if (command == Command::kReload) wiring_ = std::move(next_);
  }
}

Status Daemon::try_to_start(engine::RunMode mode) {
  const auto faults = wiring_->connect(rooms_);
  if (!faults) return faults.error();
  if (!faults->empty()) {
    log_faults(*faults);
    return Error{ErrorKind::kConfig, std::string(kFaultyMapping),
                 "the configuration does not fit Drupal's fields"};
  }
  if (Status fits = check_schema(); !fits) return fits;
  const Settings& settings = wiring_->settings();
  EpochFile folder(settings.state_dir);
  engine::Guard guard(wiring_->database().site(), folder, settings.engine.site_url);
  engine::Guard clerks_guard(wiring_->clerks_database().site(), folder, settings.engine.site_url);
  if (Status passed = clerks_guard.check(); !passed) return passed;
  // `once` may be run by somebody who has no right to the folder.
  return pass_guard(guard, mode == engine::RunMode::kForever);
}

/// A schema that is older than the program lacks what statements name. A newer one is what a daemon
/// meets that works on while `install` prepares an upgrade.
Status Daemon::check_schema() {
  const auto record = wiring_->database().site().record({});
  if (!record) return record.error();
  if (record->schema_version >= rooms_.schema_version) return ok();
  return Error{
      ErrorKind::kConfig, "outdated_schema",
      "our schema in Drupal's database has version " + std::to_string(record->schema_version) +
          " and this program needs " + std::to_string(rooms_.schema_version) +
          ": run `moodle-syncd install` as the owner of Drupal's tables, then start again"};
}

engine::RunEnd Daemon::run_loop(engine::RunMode mode, Control& control) {
  const Settings& settings = wiring_->settings();
  DrupalDatabase& database = wiring_->database();
  EpochFile folder(settings.state_dir);
  engine::Guard guard(database.site(), folder, settings.engine.site_url);
  engine::Guard clerks_guard(wiring_->clerks_database().site(), folder, settings.engine.site_url);
  engine::ClerkBeside clerk({wiring_->clerks_database().queue(), clerks_guard});
  const auto refused = [this] { return reporter_ ? reporter_->refusal() : nullptr; };
  StartControl start_control(control, [&] { return refused() != nullptr; });
  outside::Announcer announcer(settings.outside, clock_);
  const engine::LoopPorts ports{database.queue(),
                                database.reader(),
                                database.write_back(),
                                database.listener(),
                                wiring_->gateway(),
                                start_control,
                                clock_,
                                guard,
                                settings.components,
                                database.removals(),
                                &database.capture(),
                                settings.outside.is_set() ? &announcer : nullptr,
                                &observers_,
                                &database.pauses(),
                                &database.presence(),
                                rooms_.versions.empty() ? "" : rooms_.versions.front().second,
                                &clerk};
  wiring_->gateway().report_to(&observers_);
  observers_.entered(Phase::kWorking, nullptr);
  engine::Loop loop(ports, engine_settings(), log_.logger());
  engine::RunEnd end = loop.run(mode);
  if (const Error* refusal = refused()) end = {engine::RunEnd::Kind::kConfig, refusal->message};
  const bool goes_on = end.kind == engine::RunEnd::Kind::kReload;
  observers_.entered(goes_on ? Phase::kReloading : Phase::kStopping, nullptr);
  return end;
}

engine::EngineSettings Daemon::engine_settings() const {
  engine::EngineSettings settings = wiring_->settings().engine;
  const auto longest = reporter_ ? reporter_->longest_sleep() : std::nullopt;
  if (longest) settings.poll_interval = std::min(settings.poll_interval, *longest);
  return settings;
}

ExitCode Daemon::give_up(const Error& error) {
  const ExitCode code = exit_code_for(error);
  if (code == ExitCode::kGuard) {
    log_.logger().error("MS-110 the guard refuses: {}", error.message);
  } else {
    log_.logger().error("MS-111 cannot start: code={} reason=\"{}\"", error.code, error.message);
  }
  return code;
}

ExitCode Daemon::farewell(const engine::RunEnd& end) {
  const GatewayStats stats = wiring_->gateway().stats();
  log_.logger().info("ended: moodle_requests={} rows={} failures={} splits={}", stats.calls,
                     stats.rows, stats.failures, stats.splits);
  using Kind = engine::RunEnd::Kind;
  if (end.kind == Kind::kGuard) {
    return give_up({ErrorKind::kConfig, "guard", end.message});
  }
  if (end.kind == Kind::kConfig || end.kind == Kind::kUnavailable) {
    log_.logger().error("MS-112 cannot go on: reason=\"{}\"", end.message);
    return end.kind == Kind::kConfig ? ExitCode::kConfig : ExitCode::kUnavailable;
  }
  return end.removals_held ? ExitCode::kBrake : ExitCode::kOk;
}

}  // namespace moodlesync::app
