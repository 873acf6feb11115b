#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/campus/campus.h"
#include "support/drupal_site/drupal_site.h"
#include "support/moodle_sim/moodle_sim.h"
#include "support/postgres_cluster/postgres_cluster.h"
#include "support/process/child_process.h"

namespace moodlesync::testsupport {

/// A campus, a Moodle, and moodle-syncd as a real process with a configuration file, a token file
/// and signals.
class DaemonRig {
 public:
  /// `daemon`: the program under test.
  explicit DaemonRig(std::filesystem::path daemon, sim::Latency latency = {});

  [[nodiscard]] Campus& campus() { return campus_; }
  [[nodiscard]] DrupalSite& drupal() { return drupal_; }
  [[nodiscard]] sim::MoodleSim& moodle() { return moodle_; }
  [[nodiscard]] sim::Id trash_bin() const { return trash_bin_; }
  [[nodiscard]] const std::filesystem::path& config() const { return config_; }
  [[nodiscard]] const std::filesystem::path& log() const { return log_; }
  [[nodiscard]] std::string log_text() const;

  /// Replaces the configuration file; `more` is put in front of the components.
  void configure(const std::string& more, const std::string& components = {});

  /// Runs `moodle-syncd COMMAND --config …` to its end.
  [[nodiscard]] Finished command(std::vector<std::string> words);
  /// `moodle-syncd install`; throws with what it wrote when it fails.
  void install();
  void start();
  /// Sends the signal and waits for the end; the exit code, or nothing when it does not end in
  /// time.
  [[nodiscard]] std::optional<int> stop(int signal,
                                        std::chrono::milliseconds limit = std::chrono::seconds{30});
  [[nodiscard]] ChildProcess& daemon() { return *process_; }

  [[nodiscard]] std::vector<std::string> differences();
  /// Looks until `done` is true; false when that takes longer than `limit`.
  static bool wait_until(const std::function<bool()>& done,
                         std::chrono::milliseconds limit = std::chrono::seconds{60});

 private:
  std::filesystem::path program_;
  TemporaryDirectory directory_;
  PostgresCluster& cluster_;
  DrupalSite drupal_;
  Campus campus_;
  sim::MoodleSim moodle_;
  sim::Id trash_bin_;
  std::filesystem::path config_;
  std::filesystem::path log_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace moodlesync::testsupport
