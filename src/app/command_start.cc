#include "app/command_start.h"

#include <utility>

namespace moodlesync::app {

ExitCode complain(const Error& error, Console console) {
  console.err << "moodle-syncd: " << error.message << "\n";
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
