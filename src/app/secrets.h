#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/environment.h"
#include "moodlesync/settings.h"

namespace moodlesync::app {

/// What reading a configuration brings to light.
struct SettingsReport {
  std::vector<SettingsFault> faults;    ///< With any of these there is no configuration.
  std::vector<SettingsFault> warnings;  ///< Things that work and ought to be changed.
};

/// Finds the secrets that a configuration speaks of: in a file (`token_file: PATH`), as a systemd
/// credential (`token_file: credential:NAME`, that is $CREDENTIALS_DIRECTORY/NAME), or in the
/// environment (`token: ${NAME}`). One that stands in the configuration itself is a fault.
///
/// A person at a prompt has no credentials: for a command of theirs the same name is a file beside
/// the configuration, from where our units load it: SITE.NAME for SITE.yaml, else NAME.
class Secrets {
 public:
  /// `file`: the configuration; relative paths start from its folder.
  Secrets(std::filesystem::path file, const Environment& environment, SettingsReport& report)
      : file_(std::move(file)), environment_(environment), report_(report) {}

  /// The secret `key` of `section`, or "" when there is none or it cannot be had (a fault).
  /// `node` is the section's own node: it knows whether a text came from the environment.
  [[nodiscard]] std::string read(Section& section, const SettingsNode* node,
                                 const std::string& key);

 private:
  [[nodiscard]] std::string read_file(Section& section, const std::string& key);
  [[nodiscard]] std::optional<std::filesystem::path> locate(Section& section,
                                                            const std::string& key);

  [[nodiscard]] std::filesystem::path credential(const std::string& name) const;

  std::filesystem::path file_;
  const Environment& environment_;
  SettingsReport& report_;
};

/// The password inside a libpq connection string or URI, or "".
[[nodiscard]] std::string password_in(std::string_view connection);

}  // namespace moodlesync::app
