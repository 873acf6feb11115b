#pragma once

#include "app/findings.h"
#include "app/rooms.h"
#include "app/settings.h"

namespace moodlesync::app {

/// Looks at everything that a run relies on and changes nothing: the database's rights, schema and
/// triggers, the mapping against the site's real fields, the guard, Moodle's token, account,
/// functions and limits. For each problem it says what to do about it.
void check_drupal(const Settings& settings, const Rooms& rooms, Findings& findings);
void check_moodle(const Settings& settings, const Rooms& rooms, Findings& findings);

}  // namespace moodlesync::app
