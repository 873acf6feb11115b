#pragma once

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/pauses.h"

namespace moodlesync::postgres {

/// Pauses in our table `pause`, which every claim looks at.
///
/// Lifetime: borrows the connection and the names.
class PauseBook : public Pauses {
 public:
  PauseBook(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  [[nodiscard]] Result<std::vector<Pause>> list() override;
  [[nodiscard]] Result<bool> pause(std::string_view component, std::string_view reason) override;
  [[nodiscard]] Result<std::size_t> resume(std::string_view component) override;

 private:
  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
