#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <sstream>
#include <string_view>

namespace moodlesync::app {

namespace {

constexpr std::string_view kDefaultConfig = "/etc/moodle-syncd/moodle-syncd.yaml";

struct VerbHelp {
  Verb verb;
  const char* name;
  const char* help;
};

constexpr std::array kVerbs{
    VerbHelp{Verb::kRun, "run", "Keep Moodle in step until told to stop (SIGTERM, Ctrl-C)"},
    VerbHelp{Verb::kOnce, "once", "Do what is due now, then end"},
    VerbHelp{Verb::kCheck, "check",
             "Look for mistakes in the configuration, the database and Moodle; change nothing"},
    VerbHelp{Verb::kInstall, "install",
             "Put our schema and triggers into Drupal's database, or bring them up to date"},
    VerbHelp{Verb::kUninstall, "uninstall",
             "Take our schema and triggers out again; Drupal's data stay as they are"},
    VerbHelp{Verb::kAdoptSite, "adopt-site",
             "Accept the site in front of us as ours after a move or a restore"},
    VerbHelp{Verb::kStatus, "status", "Say what is queued, parked and owed"},
    VerbHelp{Verb::kVersion, "version", "Print versions"},
};

const std::map<std::string, ops::LogLevel> kLevels{{"debug", ops::LogLevel::kDebug},
                                                   {"info", ops::LogLevel::kInfo},
                                                   {"warning", ops::LogLevel::kWarning},
                                                   {"error", ops::LogLevel::kError}};

bool has_json(Verb verb) {
  return verb == Verb::kCheck || verb == Verb::kStatus || verb == Verb::kVersion;
}

bool needs_yes(Verb verb) { return verb == Verb::kUninstall || verb == Verb::kAdoptSite; }

void add_verb(CLI::App& program, const VerbHelp& help, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(help.name, help.help);
  command->fallthrough();
  command->callback([&invocation, verb = help.verb] { invocation.verb = verb; });
  if (has_json(help.verb)) command->add_flag("--json", invocation.json, "Answer as JSON");
  if (needs_yes(help.verb)) command->add_flag("--yes", invocation.yes, "Do it, do not only say it");
  if (help.verb == Verb::kCheck) {
    command->add_flag("--config-only", invocation.config_only,
                      "Read the configuration only, ask neither Drupal nor Moodle");
  }
}

}  // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv,
                                     const Environment& environment) {
  Invocation invocation;
  std::string config = environment("MOODLE_SYNCD_CONFIG").value_or(std::string(kDefaultConfig));
  std::string level;
  CLI::App program("Keeps Moodle in step with a Drupal site.", "moodle-syncd");
  program.require_subcommand(1);
  program
      .add_option("-c,--config", config, "Configuration file (environment: MOODLE_SYNCD_CONFIG)")
      ->capture_default_str();
  program.add_option("--log-level", level, "debug, info, warning or error, instead of log.level")
      ->check(CLI::IsMember(kLevels));
  for (const VerbHelp& help : kVerbs) add_verb(program, help, invocation);

  ParsedCommandLine parsed;
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = program.exit(error, out, err);
    parsed.exit_code = code == 0 ? ExitCode::kOk : ExitCode::kUsage;
    parsed.text = code == 0 ? out.str() : err.str();
    return parsed;
  }
  invocation.config = config;
  if (!level.empty()) invocation.log_level = kLevels.at(level);
  parsed.invocation = std::move(invocation);
  return parsed;
}

}  // namespace moodlesync::app
