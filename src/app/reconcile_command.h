#pragma once

#include "app/command_start.h"

namespace moodlesync::app {

/// `moodle-syncd reconcile`: reads Moodle back and says where it is not as Drupal says; with --fix
/// queues what differs. Ends with kDiffers when something does.
[[nodiscard]] ExitCode reconcile(const Invocation& invocation, const Rooms& rooms, Console console);

}  // namespace moodlesync::app
