#pragma once

#include <string>
#include <string_view>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// The guard's record in our table `site`, and what is there now.
///
/// What the values can tell apart (PostgreSQL 15, Drupal 10.2.5): a renamed database has another
/// name, a copy by template or dump another oid, a dump restored in another cluster another system
/// identifier. A clone of the whole volume differs in none of them: that is what the epochs of the
/// state folders are for.
///
/// Lifetime: borrows the connection and the names.
class SiteRecord : public Site {
 public:
  SiteRecord(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  [[nodiscard]] Result<Record> record(std::string_view folder) override;
  [[nodiscard]] Result<SiteIdentity> observe() override;
  [[nodiscard]] Status adopt(const SiteIdentity& identity) override;
  [[nodiscard]] Status join(std::string_view folder, std::string_view epoch) override;
  [[nodiscard]] Status advance_epoch(std::string_view folder, std::string_view from,
                                     std::string_view to) override;

 private:
  /// A value of one of Drupal's configuration objects, "" when there is none.
  [[nodiscard]] Result<std::string> config_value(std::string_view object, std::string_view key);
  [[nodiscard]] Result<std::string> system_identifier();

  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
