#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/environment.h"
#include "app/secrets.h"
#include "engine/engine_settings.h"
#include "moodle/settings.h"
#include "moodlesync/component.h"
#include "moodlesync/drupal.h"
#include "ops/endpoint_settings.h"
#include "ops/log.h"
#include "outside/settings.h"

namespace moodlesync::app {

/// A whole configuration, read and found good in itself; whether its fields exist in Drupal and its
/// functions in Moodle is for `check` to say.
struct Settings {
  std::filesystem::path file;
  std::string drupal_scheme = "postgresql";  ///< Which database backend opens the connection.
  DrupalSettings drupal;
  outside::AnnouncerSettings outside;
  moodle::GatewaySettings moodle;
  engine::EngineSettings engine;
  ops::LogSettings log;
  ops::EndpointSettings endpoint;
  std::filesystem::path state_dir;
  std::vector<std::unique_ptr<Component>> components;
  std::vector<std::string> secrets;  ///< What must never show in a log line.

  [[nodiscard]] std::vector<SourceSpec> sources() const;
};

struct LoadedSettings {
  std::optional<Settings> settings;  ///< Empty when there is any fault.
  SettingsReport report;
};

/// "debug", "info", "warning" or "error".
[[nodiscard]] std::optional<ops::LogLevel> parse_log_level(std::string_view text);

/// Reads the configuration file and reports all that is wrong with it at once, in file order.
///
/// `kinds`: the components that may stand under `components:`; `trace`: is told of every key that
/// is asked for.
[[nodiscard]] LoadedSettings load_settings(const std::filesystem::path& file,
                                           std::span<const ComponentKind> kinds,
                                           const Environment& environment,
                                           SettingsTrace* trace = nullptr);

/// The same from text; `file` names it in messages and is where relative paths start.
[[nodiscard]] LoadedSettings read_settings(std::string_view text, const std::filesystem::path& file,
                                           std::span<const ComponentKind> kinds,
                                           const Environment& environment,
                                           SettingsTrace* trace = nullptr);

/// Every key that a configuration may hold, with one entry in each list.
[[nodiscard]] SettingsTrace explore_settings(std::span<const ComponentKind> kinds);

}  // namespace moodlesync::app
