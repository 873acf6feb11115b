#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/connection_option.h"
#include "app/environment.h"
#include "app/exit_code.h"
#include "app/import_wish.h"
#include "moodlesync/parking.h"
#include "moodlesync/survey.h"
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
  kExplain,
  kPause,
  kResume,
  kConfigPrint,
  kConfigSchema,
  kCompletion,
  kHealthcheck,
  kParkedList,
  kParkedShow,
  kParkedRetry,
  kParkedDrop,
  kBrakeList,
  kBrakeAllow,
  kBrakeDrop,
  kResync,
  kPlan,
  kReconcile,
  kImportConfig,
  kVersion
};

/// What the command line asks for.
struct Invocation {
  Verb verb = Verb::kRun;
  std::filesystem::path config = {};
  std::optional<ops::LogLevel> log_level = std::nullopt;  ///< Instead of log.level.
  bool json = false;
  bool yes = false;                          ///< uninstall, adopt-site, … drop: do it.
  bool ready = false;                        ///< healthcheck: can it work, not only live.
  bool config_only = false;                  ///< check: the file alone, no network.
  ParkedFilter parked = {};                  ///< parked …: which ones; explain: its entity.
  bool all = false;                          ///< parked drop: without a filter; plan: every entity.
  int limit = kListLimit;                    ///< parked list, show: how many at most.
  std::string component = {};                ///< brake …, pause, resume: empty for all.
  std::string reason = {};                   ///< pause: in the operator's words.
  bool watch = false;                        ///< status: again and again.
  std::chrono::milliseconds interval{2000};  ///< status --watch.
  Selection selection = {};                  ///< resync, plan, reconcile: which entities.
  bool resend = false;          ///< resync: all values, also those that Moodle was told.
  bool anew = false;            ///< resync: not where an earlier run stopped.
  bool csv = false;             ///< reconcile
  bool fix = false;             ///< reconcile: queues what differs.
  ConnectionOption owner = {};  ///< install, uninstall: in place of drupal.connection.
  ImportWish import = {};

  static constexpr int kListLimit = 100;
};

struct ParsedCommandLine {
  std::optional<Invocation> invocation;  ///< Empty: print `text` and end with `exit_code`.
  ExitCode exit_code = ExitCode::kOk;    ///< kOk: help was asked for, else kUsage.
  std::string text;
};

[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv,
                                                   const Environment& environment);

/// What can be typed: for completion, and for the tests that hold the manuals against it.
struct CommandShape {
  struct Option {
    std::string name;  ///< "--json"; of a word without dashes its name.
    bool takes_value = false;
    bool is_word = false;
  };
  std::vector<std::string> words;  ///< {"parked", "list"}; empty: the program itself.
  std::string help;
  std::vector<Option> options;
  std::vector<std::string> commands;  ///< What may come next.
};
[[nodiscard]] std::vector<CommandShape> command_shapes();

}  // namespace moodlesync::app
