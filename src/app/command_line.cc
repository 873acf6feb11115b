#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/text.h"

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
    VerbHelp{Verb::kStatus, "status",
             "Say what the daemons do, what is queued, parked, held back and owed, and why"},
    VerbHelp{Verb::kExplain, "explain",
             "Tell all about one entity, and what will happen to it next"},
    VerbHelp{Verb::kPause, "pause", "Let all daemons leave a component, or everything, alone"},
    VerbHelp{Verb::kResume, "resume", "End a pause, or all of them"},
    VerbHelp{Verb::kCompletion, "completion",
             "Print a script by which the shell completes commands and options"},
    VerbHelp{Verb::kHealthcheck, "healthcheck",
             "Ask the running daemon whether it is well, for a container's HEALTHCHECK"},
    VerbHelp{Verb::kVersion, "version", "Print versions"},
};

constexpr std::array kSurveyVerbs{
    VerbHelp{Verb::kPlan, "plan", "Say what would be done in Moodle, and do nothing"},
    VerbHelp{Verb::kResync, "resync", "Queue all entities, or some, to be looked at again"},
    VerbHelp{Verb::kReconcile, "reconcile",
             "Read Moodle back and say where it is not as Drupal says"},
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

constexpr std::array kConfigVerbs{
    VerbHelp{Verb::kConfigPrint, "print",
             "Print the configuration as it counts, with defaults and without secrets"},
    VerbHelp{Verb::kConfigSchema, "schema",
             "Print a JSON Schema of the configuration, for editors"},
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
    case Verb::kConfigSchema:
    case Verb::kCompletion:
    case Verb::kHealthcheck:
    case Verb::kImportConfig:
      return false;
    default:
      return true;
  }
}

bool needs_yes(Verb verb) {
  return verb == Verb::kUninstall || verb == Verb::kAdoptSite || verb == Verb::kParkedDrop ||
         verb == Verb::kBrakeDrop;
}

CLI::Option* add_entity(CLI::App& command, const std::string& name, std::optional<EntityRef>& to) {
  const auto take = [&to, name](const CLI::results_t& words) {
    const auto entity = parse_entity_ref(words.front());
    if (!entity) throw CLI::ValidationError(name, entity.error().message);
    to = *entity;
    return true;
  };
  return command.add_option(name, take, "One entity, e.g. node:12");
}

void add_status(CLI::App& command, Invocation& invocation) {
  command.add_flag("--watch", invocation.watch, "Show it again and again, until Ctrl-C");
  const auto take = [&invocation](const CLI::results_t& words) {
    const auto seconds = base::parse_int(words.front());
    if (!seconds || *seconds < 1 || *seconds > 3600) {
      throw CLI::ValidationError("--interval", "must be a number of seconds from 1 to 3600");
    }
    invocation.interval = std::chrono::seconds(*seconds);
    return true;
  };
  command.add_option("--interval", take, "Seconds between two looks of --watch; 2");
}

void add_owner(CLI::App& command, ConnectionOption& owner) {
  CLI::Option* connection = command.add_option(
      "--connection", owner.connection,
      "How the owner of Drupal's tables gets in, in place of drupal.connection; no password");
  command
      .add_option("--password-file", owner.password_file,
                  "File that holds the owner's password and nothing else")
      ->needs(connection);
}

void add_details(CLI::App& command, Verb verb, Invocation& invocation) {
  switch (verb) {
    case Verb::kInstall:
    case Verb::kUninstall:
      add_owner(command, invocation.owner);
      break;
    case Verb::kCheck:
      command.add_flag("--config-only", invocation.config_only,
                       "Read the configuration only, ask neither Drupal nor Moodle");
      break;
    case Verb::kHealthcheck:
      command.add_flag("--ready", invocation.ready,
                       "Whether it can work, not only whether it lives");
      break;
    case Verb::kStatus:
      add_status(command, invocation);
      break;
    case Verb::kExplain:
      add_entity(command, "entity", invocation.parked.entity)->required();
      break;
    case Verb::kPause:
      command.add_option("--reason", invocation.reason, "Why, for whoever asks `status`");
      [[fallthrough]];
    case Verb::kResume:
      command.add_option("component", invocation.component, "Only this component");
      break;
    case Verb::kCompletion:
      command.add_option("shell", "Of which shell: bash")
          ->check(CLI::IsMember({"bash"}))
          ->required();
      break;
    default:
      break;
  }
}

CLI::App* add_verb(CLI::App& program, const VerbHelp& help, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(help.name, help.help);
  command->fallthrough();
  command->callback([&invocation, verb = help.verb] { invocation.verb = verb; });
  if (has_json(help.verb)) command->add_flag("--json", invocation.json, "Answer as JSON");
  if (needs_yes(help.verb)) command->add_flag("--yes", invocation.yes, "Do it, do not only say it");
  add_details(*command, help.verb, invocation);
  return command;
}

void add_parked(CLI::App& program, Invocation& invocation) {
  CLI::App* group = program.add_subcommand(
      "parked", "Look after tasks that wait for somebody to do something about them");
  group->fallthrough()->require_subcommand(1);
  for (const VerbHelp& help : kParkedVerbs) {
    CLI::App& command = *add_verb(*group, help, invocation);
    if (help.verb == Verb::kParkedShow) {
      add_entity(command, "entity", invocation.parked.entity)->required();
      continue;
    }
    command.add_option("--component", invocation.parked.component, "Only of this component");
    command.add_option("--code", invocation.parked.code, "Only with this reason");
    add_entity(command, "--entity", invocation.parked.entity);
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

void add_survey(CLI::App& program, Invocation& invocation) {
  for (const VerbHelp& help : kSurveyVerbs) {
    CLI::App& command = *add_verb(program, help, invocation);
    command.add_option("--component", invocation.selection.component, "Only of this component");
    add_entity(command, "--entity", invocation.selection.entity);
    if (help.verb == Verb::kReconcile) {
      command.add_flag("--csv", invocation.csv, "Answer as CSV");
      command.add_flag("--fix", invocation.fix, "Queue what differs, so that Moodle gets it");
      continue;
    }
    if (help.verb == Verb::kPlan) {
      command.add_flag("--all", invocation.all, "Every entity, not only what is queued now");
      continue;
    }
    command.add_flag("--resend", invocation.resend,
                     "Send all values, also those that Moodle was told before");
    command.add_flag("--anew", invocation.anew,
                     "Begin at the beginning, not where an earlier run stopped");
  }
}

void add_import(CLI::App& program, Invocation& invocation) {
  ImportWish& wish = invocation.import;
  const VerbHelp help{Verb::kImportConfig, "import-config",
                      "Write a configuration from the settings of the old module moodle_sync"};
  CLI::App& command = *add_verb(program, help, invocation);
  command.add_option("--connection", wish.connection,
                     "Drupal's database, as drupal.connection, without a password");
  command.add_option("--host", wish.host, "Host or socket folder of Drupal's database");
  command.add_option("--port", wish.port, "Port of Drupal's database");
  command.add_option("--dbname", wish.dbname, "Name of Drupal's database");
  command.add_option("--user", wish.user, "Role in Drupal's database");
  command.add_option("--password-file", wish.password_file,
                     "File that holds that role's password and nothing else");
  command.add_option("--schema", wish.schema, "PostgreSQL schema of Drupal's tables")
      ->capture_default_str();
  command.add_option("--prefix", wish.prefix, "What the names of Drupal's tables begin with");
  command.add_option("-o,--output", wish.output, "Where to write it; default: standard output");
  command.add_option("--token-file", wish.token_file,
                     "Write Moodle's token into this file, readable by its owner only");
}

void add_config(CLI::App& program, Invocation& invocation) {
  CLI::App* group = program.add_subcommand("config", "Show the configuration in other ways");
  group->fallthrough()->require_subcommand(1);
  for (const VerbHelp& help : kConfigVerbs) add_verb(*group, help, invocation);
}

/// What the words of a command line are put into while it is read.
struct Slots {
  Invocation invocation;
  std::string config;
  std::string level;
};

void build(CLI::App& program, Slots& slots) {
  program.require_subcommand(1);
  program
      .add_option("-c,--config", slots.config,
                  "Configuration file (environment: MOODLE_SYNCD_CONFIG)")
      ->capture_default_str();
  program
      .add_option("--log-level", slots.level, "debug, info, warning or error, instead of log.level")
      ->check(CLI::IsMember(kLevels));
  for (const VerbHelp& help : kVerbs) add_verb(program, help, slots.invocation);
  add_parked(program, slots.invocation);
  add_brake(program, slots.invocation);
  add_config(program, slots.invocation);
  add_survey(program, slots.invocation);
  add_import(program, slots.invocation);
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

/// The options that may stand at `app`, also those of the commands around it.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

/// The first word that is no command or option where it stands, and what was probably meant.
std::string suggestion(const CLI::App& program, int argc, const char* const* argv) {
  const CLI::App* at = &program;
  for (int i = 1; i < argc; ++i) {
    const std::string whole(argv[i]);
    const std::string word = whole.substr(0, whole.find('='));
    const bool is_option = word.starts_with("--");
    const std::vector<std::string> known = is_option ? option_names(*at) : command_names(*at);
    if (word.starts_with("-") && !is_option) continue;
    if (std::ranges::find(known, word) != known.end()) {
      if (!is_option) at = at->get_subcommand(word);
      continue;
    }
    const std::string_view meant = base::nearest(word, known);
    if (meant.empty()) return {};
    return std::string(is_option ? "There is no option '" : "There is no command '") + word +
           "' here. Did you mean '" + std::string(meant) + "'?\n";
  }
  return {};
}

void describe(const CLI::App& app, const std::vector<std::string>& words,
              std::vector<CommandShape>& shapes) {
  CommandShape shape;
  shape.words = words;
  shape.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    const bool takes_value = option->get_expected_min() > 0;
    for (const std::string& name : option->get_lnames()) {
      shape.options.push_back({"--" + name, takes_value, false});
    }
    if (option->get_positional()) shape.options.push_back({option->get_name(true), true, true});
  }
  shape.commands = command_names(app);
  shapes.push_back(std::move(shape));
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    std::vector<std::string> deeper = words;
    deeper.push_back(command->get_name());
    describe(*command, deeper, shapes);
  }
}

}  // namespace

std::vector<CommandShape> command_shapes() {
  Slots slots;
  CLI::App program("Keeps Moodle in step with a Drupal site.", "moodle-syncd");
  build(program, slots);
  std::vector<CommandShape> shapes;
  describe(program, {}, shapes);
  return shapes;
}

ParsedCommandLine parse_command_line(int argc, const char* const* argv,
                                     const Environment& environment) {
  Slots slots;
  slots.config = environment("MOODLE_SYNCD_CONFIG").value_or(std::string(kDefaultConfig));
  CLI::App program("Keeps Moodle in step with a Drupal site.", "moodle-syncd");
  build(program, slots);

  ParsedCommandLine parsed;
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = program.exit(error, out, err);
    parsed.exit_code = code == 0 ? ExitCode::kOk : ExitCode::kUsage;
    parsed.text = code == 0 ? out.str() : err.str() + suggestion(program, argc, argv);
    return parsed;
  }
  slots.invocation.config = slots.config;
  if (!slots.level.empty()) slots.invocation.log_level = kLevels.at(slots.level);
  parsed.invocation = std::move(slots.invocation);
  return parsed;
}

}  // namespace moodlesync::app
