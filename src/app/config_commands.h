#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <span>
#include <string>

#include "app/command_start.h"
#include "moodlesync/settings.h"
#include "ops/secret_mask.h"

namespace moodlesync::app {

/// `moodle-syncd config print`: the configuration as it counts: every key, with what stands in the
/// file or the default, where it comes from, and no secrets.
[[nodiscard]] ExitCode config_print(const Invocation& invocation, const Rooms& rooms,
                                    Console console);
/// `moodle-syncd config schema`: a JSON Schema (draft 2020-12) of the configuration, for editors.
/// Made by the code that reads it, so it knows each key that this program knows and no other.
[[nodiscard]] ExitCode config_schema(const Invocation& invocation, const Rooms& rooms,
                                     Console console);

[[nodiscard]] nlohmann::ordered_json settings_schema(const SettingsTrace& explored);
/// YAML again, with the origin of each value behind it. `mask` knows the secrets.
void print_settings(const SettingsTrace& trace, const ops::SecretMask& mask, std::ostream& out);

}  // namespace moodlesync::app
