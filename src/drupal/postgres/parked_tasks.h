#pragma once

#include <string>
#include <string_view>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/parking.h"

namespace moodlesync::postgres {

/// A statement, with {moodle_sync.table} names, that forgets the parked tasks `t` for which `which`
/// is true, in key order, with what the brake holds of them, and marks their links so that the
/// sweep lets them be. Answers how many.
[[nodiscard]] std::string forget_parked_sql(std::string_view which);

/// The operator's hand on parked tasks.
///
/// Lifetime: borrows the connection and the names.
class ParkedTasks : public Parking {
 public:
  ParkedTasks(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  [[nodiscard]] Result<ParkedList> list(const ParkedFilter& filter, int limit) override;
  [[nodiscard]] Result<std::size_t> retry(const ParkedFilter& filter) override;
  [[nodiscard]] Result<std::size_t> drop(const ParkedFilter& filter) override;

 private:
  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
