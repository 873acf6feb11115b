#include "drupal/postgres/sqlstate.h"

#include <array>
#include <utility>

namespace moodlesync::postgres {

ErrorKind classify_sqlstate(std::string_view sqlstate) {
  using Entry = std::pair<std::string_view, ErrorKind>;
  // The first prefix that fits decides.
  static constexpr std::array kTable = {
      Entry{"40003", ErrorKind::kInDoubt},      // statement_completion_unknown
      Entry{"40", ErrorKind::kTransient},       // serialization failure, deadlock
      Entry{"55P03", ErrorKind::kTransient},    // lock_not_available
      Entry{"55006", ErrorKind::kTransient},    // object_in_use
      Entry{"57014", ErrorKind::kTransient},    // query_canceled, also by statement_timeout
      Entry{"25P03", ErrorKind::kUnavailable},  // idle_in_transaction_session_timeout
      Entry{"25006", ErrorKind::kUnavailable},  // read-only: a standby after a failover
      Entry{"08", ErrorKind::kUnavailable},     // connection exceptions
      Entry{"53", ErrorKind::kUnavailable},     // out of disk, memory, connections
      Entry{"57P", ErrorKind::kUnavailable},    // shutting down, crashed, starting up
      Entry{"58", ErrorKind::kUnavailable},     // I/O errors
      Entry{"28", ErrorKind::kConfig},          // login refused
      Entry{"3D", ErrorKind::kConfig},          // no such database
      Entry{"3F", ErrorKind::kConfig},          // no such schema
      Entry{"42501", ErrorKind::kConfig},       // insufficient_privilege
      Entry{"42P01", ErrorKind::kConfig},       // undefined_table
      Entry{"42703", ErrorKind::kConfig},       // undefined_column
  };
  for (const auto& [prefix, kind] : kTable) {
    if (sqlstate.starts_with(prefix)) return kind;
  }
  return ErrorKind::kBug;
}

}  // namespace moodlesync::postgres
