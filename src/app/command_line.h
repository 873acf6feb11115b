#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/environment.h"
#include "app/exit_code.h"
#include "moodlesync/parking.h"
#include "ops/log_line.h"

namespace moodlesync::app {

enum class Verb {
  kRun,
  kOnce,
  kCheck,
  kInstall,
  kUninstall,
  kAdoptSite,
  kStatus,
  kParkedList,
  kParkedShow,
  kParkedRetry,
  kParkedDrop,
  kBrakeList,
  kBrakeAllow,
  kBrakeDrop,
  kVersion
};

/// What the command line asks for.
struct Invocation {
  Verb verb = Verb::kRun;
  std::filesystem::path config = {};
  std::optional<ops::LogLevel> log_level = std::nullopt;  ///< Instead of log.level.
  bool json = false;
  bool yes = false;            ///< uninstall, adopt-site, … drop: do it.
  bool config_only = false;    ///< check: the file alone, no network.
  ParkedFilter parked = {};    ///< parked …: which ones.
  bool all = false;            ///< parked drop: without a filter.
  int limit = kListLimit;      ///< parked list, show: how many at most.
  std::string component = {};  ///< brake …: empty for all.

  static constexpr int kListLimit = 100;
};

struct ParsedCommandLine {
  std::optional<Invocation> invocation;  ///< Empty: print `text` and end with `exit_code`.
  ExitCode exit_code = ExitCode::kOk;    ///< kOk: help was asked for, else kUsage.
  std::string text;
};

[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv,
                                                   const Environment& environment);

}  // namespace moodlesync::app
