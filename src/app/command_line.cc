#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <sstream>
#include <string_view>

namespace moodlesync::app {

namespace {

constexpr std::string_view kDefaultConfig = "/etc/moodle-syncd/moodle-syncd.yaml";

/// A verb, or (in a group) the second word of one.
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

constexpr std::array kParkedVerbs{
    VerbHelp{Verb::kParkedList, "list", "Show parked tasks and why, longest parked first"},
    VerbHelp{Verb::kParkedShow, "show", "Show all about the parked tasks of one entity"},
    VerbHelp{Verb::kParkedRetry, "retry", "Try them again now"},
    VerbHelp{Verb::kParkedDrop, "drop", "Forget them; Moodle stays as it is"},
};

constexpr std::array kBrakeVerbs{
    VerbHelp{Verb::kBrakeList, "list", "Show which removals are held back, and why"},
    VerbHelp{Verb::kBrakeAllow, "allow", "Let them go, and no others"},
    VerbHelp{Verb::kBrakeDrop, "drop", "Forget them; Moodle keeps what it has"},
};

const std::map<std::string, ops::LogLevel> kLevels{{"debug", ops::LogLevel::kDebug},
                                                   {"info", ops::LogLevel::kInfo},
                                                   {"warning", ops::LogLevel::kWarning},
                                                   {"error", ops::LogLevel::kError}};

bool has_json(Verb verb) {
  switch (verb) {
    case Verb::kRun:
    case Verb::kOnce:
    case Verb::kInstall:
    case Verb::kUninstall:
    case Verb::kAdoptSite:
      return false;
    default:
      return true;
  }
}

bool needs_yes(Verb verb) {
  return verb == Verb::kUninstall || verb == Verb::kAdoptSite || verb == Verb::kParkedDrop ||
         verb == Verb::kBrakeDrop;
}

CLI::App* add_verb(CLI::App& program, const VerbHelp& help, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(help.name, help.help);
  command->fallthrough();
  command->callback([&invocation, verb = help.verb] { invocation.verb = verb; });
  if (has_json(help.verb)) command->add_flag("--json", invocation.json, "Answer as JSON");
  if (needs_yes(help.verb)) command->add_flag("--yes", invocation.yes, "Do it, do not only say it");
  if (help.verb == Verb::kCheck) {
    command->add_flag("--config-only", invocation.config_only,
                      "Read the configuration only, ask neither Drupal nor Moodle");
  }
  return command;
}

CLI::Option* add_entity(CLI::App& command, const std::string& name, Invocation& invocation) {
  const auto take = [&invocation, name](const CLI::results_t& words) {
    const auto entity = parse_entity_ref(words.front());
    if (!entity) throw CLI::ValidationError(name, entity.error().message);
    invocation.parked.entity = *entity;
    return true;
  };
  return command.add_option(name, take, "One entity, e.g. node:12");
}

void add_parked(CLI::App& program, Invocation& invocation) {
  CLI::App* group = program.add_subcommand(
      "parked", "Look after tasks that wait for somebody to do something about them");
  group->fallthrough()->require_subcommand(1);
  for (const VerbHelp& help : kParkedVerbs) {
    CLI::App& command = *add_verb(*group, help, invocation);
    if (help.verb == Verb::kParkedShow) {
      add_entity(command, "entity", invocation)->required();
      continue;
    }
    command.add_option("--component", invocation.parked.component, "Only of this component");
    command.add_option("--code", invocation.parked.code, "Only with this reason");
    add_entity(command, "--entity", invocation);
    if (help.verb == Verb::kParkedDrop) command.add_flag("--all", invocation.all, "All of them");
    if (help.verb != Verb::kParkedList) continue;
    command.add_option("--limit", invocation.limit, "Show at most so many")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
  }
}

void add_brake(CLI::App& program, Invocation& invocation) {
  CLI::App* group = program.add_subcommand(
      "brake", "Decide about removals that were too many to be let through unasked");
  group->fallthrough()->require_subcommand(1);
  for (const VerbHelp& help : kBrakeVerbs) {
    CLI::App& command = *add_verb(*group, help, invocation);
    command.add_option("component", invocation.component, "Only of this component");
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
  add_parked(program, invocation);
  add_brake(program, invocation);

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
