#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "moodlesync/drupal.h"

namespace moodlesync::app {

/// What the guard has against the database in front of us, as far as this user may see it: commands
/// may be run by another user than the daemon's, and on another machine. Empty: nothing.
[[nodiscard]] Result<std::vector<std::string>> guard_view(const Settings& settings, Site& site);

}  // namespace moodlesync::app
