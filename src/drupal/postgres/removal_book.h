#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/weighing.h"
#include "moodlesync/brake.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// The ledger on our tables `brake` and `removal`.
///
/// Whoever weighs, allows or drops first locks the component's row of `brake`.
///
/// Lifetime: borrows the connection and the names. Errors: as RemovalLedger says; `not_installed`
/// (kConfig) when our tables are not there.
class RemovalBook : public RemovalLedger {
 public:
  RemovalBook(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  /// Says which keys of a link are one thing each, for counting what is linked.
  void set_sources(std::span<const SourceSpec> sources) { sources_ = CountedSources(sources); }

  [[nodiscard]] Result<Weighing> weigh(std::span<const Removal> removals,
                                       std::chrono::seconds window, const BrakeRule& rule) override;
  [[nodiscard]] Result<std::vector<HeldRemovals>> held() override;
  [[nodiscard]] Result<std::size_t> allow(std::string_view component,
                                          std::chrono::seconds validity) override;
  [[nodiscard]] Result<DroppedRemovals> drop(std::string_view component) override;

 private:
  [[nodiscard]] Error explain(Error error, std::string_view doing) const;

  Connection& connection_;
  const TableNames& names_;
  CountedSources sources_;
};

}  // namespace moodlesync::postgres
