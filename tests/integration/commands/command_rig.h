#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "app/command_start.h"
#include "support/process/child_process.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::testsupport {

/// Commands as a person gives them, on the site and the Moodle of a rig, which must outlive it.
class CommandLine {
 public:
  using Run = app::ExitCode (*)(const app::Invocation&, const app::Rooms&, app::Console);

  explicit CommandLine(SyncRig& rig);

  app::ExitCode run(Run command, app::Invocation invocation = {});
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out()); }

  /// Calls since the last clear_calls() that may change something in Moodle, a line each.
  [[nodiscard]] std::vector<std::string> writes();

 private:
  SyncRig& rig_;
  TemporaryDirectory folder_;
  std::filesystem::path config_;
  std::ostringstream out_;
  std::ostringstream err_;
};

/// The same on a campus in a real database and a Moodle over HTTP.
class CommandRig {
 public:
  explicit CommandRig(const SyncRig::Options& options = {}) : rig_(options), line_(rig_) {}

  app::ExitCode run(CommandLine::Run command, app::Invocation invocation = {}) {
    return line_.run(command, std::move(invocation));
  }
  [[nodiscard]] std::string out() const { return line_.out(); }
  [[nodiscard]] std::string err() const { return line_.err(); }
  [[nodiscard]] nlohmann::json json() const { return line_.json(); }
  [[nodiscard]] std::vector<std::string> writes() { return line_.writes(); }

  [[nodiscard]] SyncRig& rig() { return rig_; }
  [[nodiscard]] DrupalSite& drupal() { return rig_.drupal(); }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }

 private:
  SyncRig rig_;
  CommandLine line_;
};

}  // namespace moodlesync::testsupport
