#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "app/command_start.h"
#include "support/process/child_process.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::testsupport {

/// Commands as a person gives them, on a campus in a real database and a Moodle over HTTP.
class CommandRig {
 public:
  using Run = app::ExitCode (*)(const app::Invocation&, const app::Rooms&, app::Console);

  explicit CommandRig(const SyncRig::Options& options = {});

  app::ExitCode run(Run command, app::Invocation invocation = {});
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out()); }

  [[nodiscard]] SyncRig& rig() { return rig_; }
  [[nodiscard]] DrupalSite& drupal() { return rig_.drupal(); }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }
  /// Calls since the last clear_calls() that may change something in Moodle, a line each.
  [[nodiscard]] std::vector<std::string> writes();

 private:
  SyncRig rig_;
  TemporaryDirectory folder_;
  std::filesystem::path config_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace moodlesync::testsupport
