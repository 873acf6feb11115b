#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"

namespace moodlesync::postgres {

/// One step of our schema's history. Applied once, in its own transaction; never edited after a
/// release, only followed by another one.
struct Migration {
  int version;  ///< 1, 2, 3, … without gaps.
  std::string_view name;
  std::string_view sql;  ///< With `{moodle_sync.table}` as in TableNames::expand().
};

[[nodiscard]] std::span<const Migration> migrations();
/// The version that this program works with.
[[nodiscard]] int newest_schema_version();

/// The version of our schema in the database; 0: it is not there.
[[nodiscard]] Result<int> schema_version(Connection& connection, const TableNames& names);

/// Creates our schema or brings it up to date; returns a line for each step taken. Two at once are
/// kept apart by a lock. Errors: kConfig with code `schema_too_new` when a newer program was here.
[[nodiscard]] Result<std::vector<std::string>> migrate(Connection& connection,
                                                       const TableNames& names);

}  // namespace moodlesync::postgres
