#pragma once

#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// A Drupal site on PostgreSQL 13 or newer. Opening connects to nothing yet: the first statement
/// does, so a daemon may start before its database. Errors of open(): kConfig with code
/// `bad_connection_string`.
[[nodiscard]] DrupalBackend backend();

}  // namespace moodlesync::postgres
