#pragma once

#include <span>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// Whether the role that we are logged in as may do what the daemon does for `sources`: one finding
/// for each right that is missing, with the GRANT that gives it; else one that says all is well.
/// Tables that are not there are left to other checks.
[[nodiscard]] Result<std::vector<Finding>> check_rights(Connection& connection,
                                                        const TableNames& names,
                                                        std::span<const SourceSpec> sources);

}  // namespace moodlesync::postgres
