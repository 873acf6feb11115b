#pragma once

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/drupal_config.h"

namespace moodlesync::postgres {

/// Drupal's table `config`, whose values PHP's serialize() wrote.
///
/// Lifetime: borrows the connection and the names.
class ConfigReader : public DrupalConfig {
 public:
  ConfigReader(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  [[nodiscard]] Result<Objects> read(std::string_view prefix) override;

 private:
  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
