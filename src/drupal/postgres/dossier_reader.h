#pragma once

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/dossier.h"

namespace moodlesync::postgres {

/// What our tables hold about one entity, read in one snapshot.
///
/// Lifetime: borrows the connection and the names.
class DossierReader : public Dossiers {
 public:
  DossierReader(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  [[nodiscard]] Result<Dossier> open(const EntityRef& entity) override;

 private:
  [[nodiscard]] Status read_tasks(Transaction& transaction, const Params& entity,
                                  Dossier& dossier) const;
  [[nodiscard]] Status read_links(Transaction& transaction, const Params& entity,
                                  Dossier& dossier) const;
  [[nodiscard]] Status read_others(Transaction& transaction, const Params& entity,
                                   Dossier& dossier) const;
  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
