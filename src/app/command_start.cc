#include "app/command_start.h"

#include <utility>

namespace moodlesync::app {

namespace {

/// What to do next, where the message does not say so itself.
std::string_view next_step(const Error& error) {
  if (error.message.find("moodle-syncd ") != std::string::npos) return "";
  // SQLSTATE: what our tables should be is not there; what we may not do.
  if (error.code == "42P01" || error.code == "3F000" || error.code == "42703") {
    return "our schema is missing or older than this program: run `moodle-syncd install`";
  }
  if (error.code == "42501") {
    return "`moodle-syncd check` names the GRANT that is missing; or run this as the daemon's user";
  }
  switch (error.kind) {
    case ErrorKind::kUnavailable:
      return "see that it is up and can be reached from here; `moodle-syncd check` looks at both "
             "sides";
    case ErrorKind::kTransient:
    case ErrorKind::kInDoubt:
      return "try again; nothing is lost";
    case ErrorKind::kConfig:
    case ErrorKind::kRejected:
      return "`moodle-syncd check` names what is wrong and what to do about it";
    case ErrorKind::kBug:
      break;
  }
  return "this should not happen: report it with this message and `moodle-syncd version`";
}

}  // namespace

ExitCode complain(const Error& error, Console console) {
  console.err << "moodle-syncd: " << error.message << "\n";
  const std::string_view advice = next_step(error);
  if (!advice.empty()) console.err << "  -> " << advice << "\n";
  return exit_code_for(error);
}

std::optional<Settings> settings_or_complaint(const Invocation& invocation, const Rooms& rooms,
                                              Console console) {
  LoadedSettings loaded = load_settings(invocation.config, rooms.components, rooms.environment);
  for (const SettingsFault& fault : loaded.report.faults) {
    console.err << to_string(fault.origin) << ": " << fault.message << "\n";
  }
  for (const SettingsFault& warning : loaded.report.warnings) {
    console.err << to_string(warning.origin) << ": warning: " << warning.message << "\n";
  }
  return std::move(loaded.settings);
}

Result<std::unique_ptr<DrupalDatabase>> open(const Settings& settings, const Rooms& rooms) {
  auto database = rooms.open_database(settings.drupal_scheme, settings.drupal);
  if (database) (*database)->set_sources(settings.sources());
  return database;
}

}  // namespace moodlesync::app
