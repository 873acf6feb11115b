#pragma once

#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// Whether Drupal keeps copies of its entities where our SQL does not reach, as far as the database
/// shows it: modules that bring another cache, or no table for the entity cache. What settings.php
/// says ($settings['cache']) is not in the database, so a site can have it all the same; the
/// finding says so.
///
/// `told`: somebody outside is told (drupal.invalidate_command or invalidate_url): no warning.
[[nodiscard]] Result<std::vector<Finding>> check_caches(Connection& connection,
                                                        const TableNames& names, bool told);

}  // namespace moodlesync::postgres
