#include "support/sync_rig/sync_rig.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <utility>

#include "app/epoch_file.h"
#include "app/program.h"
#include "engine/clerk_beside.h"
#include "outside/announcer.h"
#include "support/campus/comparison.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::testsupport {

namespace {

sim::Options moodle_options() {
  sim::Options options;
  options.settings.course_fields = {{.shortname = "ects"}, {.shortname = "lecturer"}};
  options.settings.profile_fields = {{.shortname = "matriculation"}, {.shortname = "programme"}};
  return options;
}

/// MOODLESYNC_TEST_LOG=1 shows what the daemon would log.
spdlog::sink_ptr log_sink(std::ostream* log) {
  if (log != nullptr) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*log, true);
    sink->set_level(spdlog::level::info);
    return sink;
  }
  if (std::getenv("MOODLESYNC_TEST_LOG") == nullptr)
    return std::make_shared<spdlog::sinks::null_sink_mt>();
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) throw std::runtime_error(std::string(doing) + ": " + result.error().message);
  return *std::move(result);
}

}  // namespace

SyncRig::SyncRig(const Options& options)
    : drupal_(DrupalSite::fresh(PostgresCluster::shared(), options.drupal)),
      moodle_(moodle_options()),
      rooms_(app::standard_rooms()),
      log_("rig", log_sink(options.log)),
      sweeps_(options.sweeps),
      keeps_running_(options.keeps_running) {
  log_.set_level(spdlog::level::debug);
  if (options.model) {
    options.model(drupal_);
  } else {
    campus_ = std::make_unique<Campus>(drupal_);
  }
  trash_bin_ = moodle_.create_category({.name = "Trash"});
  const MoodleAccess moodle = options.moodle.value_or(MoodleAccess{moodle_.url(), moodle_.token()});
  const auto token = directory_.write("token", moodle.token);
  config_ = "drupal:\n  site_url: https://drupal.example\n  connection: \"" + drupal_.connection() +
            "\"\n  schema: " + options.drupal.schema + "\n  prefix: \"" + options.drupal.prefix +
            "\"\n" + options.more_drupal_yaml + "moodle:\n  url: " + moodle.url +
            "\n  allow_http: true\n  token_file: " + token.string() +
            "\nstate_dir: " + directory_.path().string() + "\n" + options.more_yaml +
            (options.components.empty() ? Campus::components_yaml(trash_bin_) : options.components);
  wiring_ = connected();
  if (options.install) {
    (void)must(wiring_->database().installer().install(wiring_->settings().sources(),
                                                       "https://drupal.example"),
               "installing");
  }
}

std::unique_ptr<app::Wiring> SyncRig::connected() const {
  app::LoadedSettings loaded = app::read_settings(config_, directory_.path() / "moodle-syncd.yaml",
                                                  rooms_.components, rooms_.environment);
  for (const SettingsFault& fault : loaded.report.faults) {
    throw std::runtime_error(to_string(fault.origin) + ": " + fault.message);
  }
  auto wiring = std::make_unique<app::Wiring>(*std::move(loaded.settings));
  for (const SettingsFault& fault : must(wiring->connect(rooms_), "connecting")) {
    throw std::runtime_error(to_string(fault.origin) + ": " + fault.message);
  }
  return wiring;
}

/// Links without anything in them are left as they are: their age says whether to look again.
void SyncRig::calm_the_sweep() {
  drupal_.sql().script(
      "DO $$ BEGIN IF to_regclass('moodle_sync.link') IS NOT NULL THEN "
      "UPDATE moodle_sync.link SET updated_at = now() + interval '1 hour' "
      "WHERE moodle_id IS NOT NULL OR sent <> '{}'; END IF; END $$");
}

/// What `moodle-syncd run` makes once.
struct SyncRig::Engine {
  Engine(SyncRig& rig, app::Wiring& its_wiring)
      : wiring(its_wiring),
        database(wiring.database()),
        folder(wiring.settings().state_dir),
        guard(database.site(), folder, wiring.settings().engine.site_url),
        clerks_guard(wiring.clerks_database().site(), folder, wiring.settings().engine.site_url),
        clerk({wiring.clerks_database().queue(), clerks_guard}),
        announcer(wiring.settings().outside, rig.clock_),
        loop({database.queue(), database.reader(), database.write_back(), database.listener(),
              wiring.gateway(), control, rig.clock_, guard, wiring.settings().components,
              database.removals(), &database.capture(),
              wiring.settings().outside.is_set() ? &announcer : nullptr, nullptr,
              &database.pauses(), &database.presence(), "test", &clerk},
             wiring.settings().engine, rig.log_) {}

  app::Wiring& wiring;
  DrupalDatabase& database;
  app::EpochFile folder;
  engine::Guard guard;
  engine::Guard clerks_guard;
  engine::ClerkBeside clerk;
  outside::Announcer announcer;
  fakes::FakeControl control;
  engine::Loop loop;
};

struct SyncRig::Further {
  explicit Further(SyncRig& rig) : wiring(rig.connected()), engine(rig, *wiring) {}

  std::unique_ptr<app::Wiring> wiring;
  Engine engine;
};

SyncRig::~SyncRig() = default;

engine::RunEnd SyncRig::sync() {
  if (!sweeps_) calm_the_sweep();
  if (engine_ == nullptr || !keeps_running_) engine_ = std::make_unique<Engine>(*this, *wiring_);
  return engine_->loop.run(engine::RunMode::kUntilIdle);
}

engine::RunEnd SyncRig::sync_side_by_side(int daemons) {
  if (daemons == 1) return sync();
  while (std::cmp_less(further_.size() + 1, daemons)) {
    further_.push_back(std::make_unique<Further>(*this));
  }
  // One may find nothing to do only because another has just taken it.
  std::vector<std::jthread> threads;
  for (const auto& further : further_) {
    threads.emplace_back([&loop = further->engine.loop](const std::stop_token& stop) {
      while (!stop.stop_requested()) static_cast<void>(loop.run(engine::RunMode::kUntilIdle));
    });
  }
  for (;;) {
    engine::RunEnd end = sync();
    if (end.kind != engine::RunEnd::Kind::kIdle || is_worked_off()) return end;
  }
}

bool SyncRig::is_worked_off() {
  return drupal_.sql().text(
             "SELECT NOT EXISTS (SELECT FROM moodle_sync.change) AND NOT EXISTS (SELECT FROM "
             "moodle_sync.task WHERE state = 'running' OR (state <> 'parked' AND due_at <= "
             "now()))") == "t";
}

std::vector<std::string> SyncRig::differences_after_sync() {
  const engine::RunEnd end = sync();
  if (end.kind != engine::RunEnd::Kind::kIdle) return {"the run ended early: " + end.message};
  return differences(drupal_, moodle_, trash_bin_);
}

void SyncRig::skip_waits() {
  drupal_.sql().script(
      "UPDATE moodle_sync.task SET due_at = now() WHERE state IN ('pending', 'waiting');"
      "UPDATE moodle_sync.link SET write_back_due = now() WHERE write_back <> 0");
}

SyncRig::Parked SyncRig::parked(const std::string& entity_type, std::int64_t id) {
  const Rows rows = drupal_.sql().run(
      "SELECT code, message FROM moodle_sync.task WHERE state = 'parked' AND entity_type = $1 AND "
      "entity_id = $2",
      {entity_type, std::to_string(id)});
  if (rows.empty()) return {};
  return {rows.at(0).at(0).value_or(""), rows.at(0).at(1).value_or("")};
}

std::int64_t SyncRig::tasks(const std::string& state) {
  return drupal_.sql().number("SELECT count(*) FROM moodle_sync.task WHERE state = $1", {state});
}

int SyncRig::calls_since_last_look() {
  const int all = moodle_.count() - moodle_.count("core_webservice_get_site_info") -
                  moodle_.count("core_user_get_users_by_field");
  return all - std::exchange(seen_calls_, all);
}

}  // namespace moodlesync::testsupport
