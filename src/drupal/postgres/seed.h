#pragma once

#include <span>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// Makes links from the numbers that stand in the sources' field_moodle_id, so that an entity that
/// is deleted tomorrow is known by its Moodle id. Anything but a number makes no link, and a link
/// that is there already stays as it is. What was sent to Moodle before is unknown: `sent` is
/// empty, and the next sweep looks at them all. Adds a line to `done` for each source with new
/// links.
[[nodiscard]] Status seed_links(Connection& connection, const TableNames& names,
                                std::span<const SourceSpec> sources,
                                std::vector<std::string>& done);

}  // namespace moodlesync::postgres
