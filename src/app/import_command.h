#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

/// `moodle-syncd import-config`: writes a configuration from the settings that the old Drupal
/// module left in Drupal's database. Needs no configuration of ours, overwrites no file, and never
/// prints the token.
[[nodiscard]] ExitCode import_config(const Invocation& invocation, const Rooms& rooms,
                                     Console console);

}  // namespace moodlesync::app
