#pragma once

#include <string>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/presence.h"

namespace moodlesync::postgres {

/// The word that daemons leave in our table `daemon`, a row each.
///
/// Lifetime: borrows the connection and the names.
class DaemonRows : public PresenceBoard {
 public:
  /// `instance`: unique to this start of the program, "host:pid:random".
  DaemonRows(Connection& connection, const TableNames& names, std::string instance)
      : connection_(connection), names_(names), instance_(std::move(instance)) {}

  [[nodiscard]] Status tell(const Presence& presence) override;
  [[nodiscard]] Result<std::vector<Presence>> list() override;

 private:
  Connection& connection_;
  const TableNames& names_;
  std::string instance_;
  bool has_cleared_ = false;  ///< Rows of daemons that are long gone.
};

}  // namespace moodlesync::postgres
