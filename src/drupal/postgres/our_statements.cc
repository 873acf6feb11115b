#include "drupal/postgres/our_statements.h"

#include <utility>

namespace moodlesync::postgres {

std::string filled(std::string sql, std::string_view mark, std::string_view by) {
  for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at + by.size())) {
    sql.replace(at, mark.size(), by);
  }
  return sql;
}

Error explain_ours(Error error, const TableNames& names, std::string_view doing) {
  if (error.code == "42P01" || error.code == "3F000") {
    return Error{ErrorKind::kConfig, "not_installed",
                 "the schema " + names.our_schema() +
                     " is not complete in this database: run `moodle-syncd install`"};
  }
  return std::move(error).in(doing);
}

}  // namespace moodlesync::postgres
