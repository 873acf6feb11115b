#include "chaos/round.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "chaos/editors.h"
#include "chaos/turmoil.h"
#include "chaos/verdict.h"
#include "support/moodle_sim/function.h"
#include "support/process/child_process.h"

namespace moodlesync::chaos {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testsupport::DrupalSite;
using testsupport::PostgresCluster;
using Clock = std::chrono::steady_clock;

/// Of 100 steps so many are blows.
constexpr std::size_t kBlows = 14;
/// Of 100 blows so many wait until the daemons have got somewhere.
constexpr std::size_t kMercy = 75;
constexpr milliseconds kLongestMercy{3000};
constexpr milliseconds kLongestPause{40};
constexpr milliseconds kLook{50};
/// Leases, back-off and the breaker's rests all end well before.
constexpr seconds kPatience{120};

sim::Options moodle_options() {
  sim::Options options;
  // Enough for kills to fall into the middle of things.
  options.latency = {.per_request = milliseconds{4},
                     .per_row = milliseconds{1},
                     .per_call_of = {{"core_course_duplicate_course", milliseconds{60}}}};
  // The look-ups of cohorts too, as docs/moodle-setup.md asks for.
  for (const sim::Function& function : sim::all_functions())
    options.settings.functions.insert(function.name);
  options.settings.course_fields = {{.shortname = "ects"}, {.shortname = "lecturer"}};
  options.settings.profile_fields = {{.shortname = "matriculation"}, {.shortname = "programme"}};
  return options;
}

int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

/// Small claims, so that many kills each hit some of many; short leases and rests, so that a round
/// comes to rest soon. The editors take away at a rate that the brake would rightly stop.
std::string engine_yaml() {
  return "engine:\n  poll_interval: 200ms\n  claim_limit: 8\n  lease: 6s\n  retry_base: 50ms\n"
         "  retry_cap: 500ms\n  max_attempts: 1000\n  wait_backstop: 1s\n  component_rest: 1s\n"
         "  shutdown_grace: 2s\nbrake:\n  percent: 100\nlog:\n  level: debug\n";
}

class Round {
 public:
  explicit Round(const RoundOptions& options)
      : options_(options),
        drupal_(DrupalSite::fresh(cluster_)),
        editors_(drupal_, Dice(options.seed)),
        trace_(directory_.path() / "trace"),
        calls_(directory_.path() / "calls"),
        moodle_(moodle_options()),
        network_(port_of(moodle_.url())),
        trash_bin_(moodle_.create_category({.name = "Trash"})) {}

  RoundReport run() {
    set_up();
    record_calls();
    instances_ = std::make_unique<Instances>(options_.program, config_, directory_.path(),
                                             options_.instances);
    Turmoil turmoil({*instances_, cluster_, moodle_, network_, [this] { reconnect(); },
                     [this] { cut_sessions(); }},
                    Dice(~options_.seed), report_.tally);
    storm(turmoil);
    turmoil.end();
    calm();
    note(instances_->finish(seconds{20}));
    conclude();
    return std::move(report_);
  }

 private:
  void set_up() {
    // Only what has been written when a commit returns survives the crashes of the database. The
    // checkpoint makes its sequences, copied from a template, write down their next steps too.
    drupal_.sql().script(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', "
        "current_database()); END $$");
    drupal_.sql().script("CHECKPOINT");
    reconnect();
    const std::string url = "http://127.0.0.1:" + std::to_string(network_.port());
    moodle_.change_settings([&](sim::Settings& settings) { settings.site_url = url; });
    config_ = directory_.write(
        "moodle-syncd.yaml",
        "drupal:\n  site_url: https://drupal.example\n  connection: \"" + drupal_.connection() +
            "\"\nmoodle:\n  url: " + url + "\n  allow_http: true\n  connect_timeout: 2s\n" +
            "  token_file: " + directory_.write("token", moodle_.token()).string() +
            "\nstate_dir: " + directory_.path().string() + "\n" + engine_yaml() +
            testsupport::Campus::components_yaml(trash_bin_) +
            testsupport::CampusPeople::components_yaml());
    editors_.move_in();
    const auto installed =
        testsupport::run_program(options_.program, {"install", "--config", config_.string()});
    if (installed.code != 0) throw std::runtime_error("install failed:\n" + installed.output);
  }

  void reconnect() { drupal_.sql() = testsupport::Session(drupal_.connection()); }

  void record(const std::string& line) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::lock_guard lock(calls_mutex_);
    calls_ << duration_cast<milliseconds>(now).count() << " " << line << "\n" << std::flush;
  }

  void record_calls() {
    moodle_.on_call([this](const sim::Call& call) {
      std::string line = call.function;
      for (const auto& [name, value] : call.variables()) {
        // Not the token.
        if (!name.starts_with("ws")) line.append(" ").append(name).append("=").append(value);
      }
      record(line);
    });
  }

  void cut_sessions() {
    drupal_.sql().run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        "current_database() AND pid <> pg_backend_pid()");
  }

  void storm(Turmoil& turmoil) {
    Dice pace(options_.seed + 1);
    look();
    for (int step = 0; step < options_.steps; ++step) {
      const bool blow = pace.percent(kBlows);
      if (blow && pace.percent(kMercy)) let_them_work();
      const std::string what = blow ? turmoil.act() : editors_.act();
      if (!blow) ++report_.tally.edits;
      trace(what);
      look();
      std::this_thread::sleep_for(pace.up_to(kLongestPause));
    }
  }

  /// Until an outcome has been stored since the last blow: one who is always struck down while
  /// starting never comes to do anything that could go wrong.
  void let_them_work() {
    const auto deadline = Clock::now() + kLongestMercy;
    while (Clock::now() < deadline && settlements() == settled_at_blow_ && !is_at_rest(drupal_)) {
      std::this_thread::sleep_for(kLook / 10);
      look();
    }
    settled_at_blow_ = settlements();
  }

  /// A copy of a course whose answer was lost is looked for when a real Moodle must have ended it,
  /// after minutes. This Moodle has ended it by now.
  void skip_long_waits() {
    drupal_.sql().run(
        "UPDATE moodle_sync.task SET due_at = now() WHERE state = 'pending' AND due_at > now() + "
        "interval '20 seconds'");
  }

  void calm() {
    trace("calm");
    const auto deadline = Clock::now() + kPatience;
    do {
      std::this_thread::sleep_for(kLook);
      look();
      skip_long_waits();
    } while (Clock::now() < deadline && !is_at_rest(drupal_));
    trace("at rest, or out of patience");
  }

  void look() {
    note(instances_->tend());
    measure();
  }

  void note(const std::vector<Instances::Ended>& all) {
    for (const Instances::Ended& ended : all) {
      if (ended.was_killed) {
        ++report_.tally.kills;
        if (!recovering_since_) begin_recovery(ended.at);
        dead_.push_back({ended.pid, ended.at, false});
      }
      if (ended.is_a_fault()) {
        report_.faults.push_back("a daemon ended by itself with exit code " +
                                 std::to_string(ended.code));
        ++report_.tally.other;
      }
    }
  }

  void begin_recovery(Clock::time_point at) {
    recovering_since_ = at;
    settled_before_ = settlements();
  }

  /// Grows with every outcome that is stored.
  std::string settlements() {
    return drupal_.sql().text(
        "SELECT count(*) || ' ' || coalesce(max(updated_at)::text, '') FROM "
        "moodle_sync.link");
  }

  void measure() {
    const auto now = Clock::now();
    if (recovering_since_ && settlements() != settled_before_) {
      report_.tally.recovery.add(duration_cast<milliseconds>(now - *recovering_since_));
      recovering_since_.reset();
    }
    for (Dead& dead : dead_) {
      const bool holds = drupal_.sql().number(
                             "SELECT count(*) FROM moodle_sync.task WHERE state = 'running' AND "
                             "instance LIKE '%:' || $1 || ':%'",
                             {std::to_string(dead.pid)}) > 0;
      if (!holds && dead.has_held)
        report_.tally.rescue.add(duration_cast<milliseconds>(now - dead.at));
      dead.is_done = !holds;
      dead.has_held = holds;
    }
    std::erase_if(dead_, [](const Dead& dead) { return dead.is_done; });
  }

  void trace(const std::string& what) {
    trace_ << what << "\n" << std::flush;
    record("# " + what);
  }

  void conclude() {
    const Verdict verdict = judge(drupal_, moodle_, trash_bin_);
    Tally& tally = report_.tally;
    tally.lost = verdict.lost.size();
    tally.duplicate = verdict.duplicate.size();
    tally.stuck = verdict.stuck.size();
    tally.moodle_faults = moodle_.faults_struck();
    tally.kills_at_answer = instances_->times_all_killed();
    tally.network_faults = network_.struck() - tally.kills_at_answer;
    tally.calls = moodle_.count();
    const auto tell = [this](const char* what, const std::vector<std::string>& all) {
      for (const std::string& one : all) report_.faults.push_back(std::string(what) + ": " + one);
    };
    tell("lost", verdict.lost);
    tell("duplicate", verdict.duplicate);
    tell("stuck", verdict.stuck);
    if (!report_.faults.empty() || options_.keep) keep();
    drop_database();
  }

  /// The logs, the trace and the database's last state.
  void keep() {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                         ("moodle-syncd-chaos-" + std::to_string(options_.seed));
    std::filesystem::remove_all(folder);
    std::filesystem::copy(directory_.path(), folder);
    std::filesystem::remove(folder / "token");
    std::ofstream links(folder / "links");
    for (const auto& row : drupal_.sql().run("SELECT l::text FROM moodle_sync.link l ORDER BY 1"))
      links << testsupport::text_of(row.at(0)) << "\n";
    report_.kept = folder;
  }

  void drop_database() {
    const std::string name = drupal_.sql().text("SELECT current_database()");
    PostgresCluster::run(cluster_.connection("postgres"),
                         "DROP DATABASE " + testsupport::quote_identifier(name) + " WITH (FORCE)");
  }

  struct Dead {
    pid_t pid = -1;
    Clock::time_point at;
    bool has_held = false;
    bool is_done = false;
  };

  RoundOptions options_;
  testsupport::TemporaryDirectory directory_;
  PostgresCluster& cluster_ = PostgresCluster::shared();
  DrupalSite drupal_;
  Editors editors_;
  std::ofstream trace_;  ///< What was done: the same for the same seed.
  std::mutex calls_mutex_;
  std::ofstream
      calls_;  ///< Guarded by calls_mutex_: what Moodle was told, and the trace, with times.
  sim::MoodleSim moodle_;
  std::unique_ptr<Instances> instances_;  ///< Outlives the network, which kills them at times.
  testsupport::FaultProxy network_;
  sim::Id trash_bin_;
  std::filesystem::path config_;
  RoundReport report_;
  std::optional<Clock::time_point> recovering_since_;
  std::string settled_before_;  ///< When the recovery began.
  std::string settled_at_blow_;
  std::vector<Dead> dead_;
};

}  // namespace

RoundReport run_round(const RoundOptions& options) { return Round(options).run(); }

}  // namespace moodlesync::chaos
