#pragma once

#include <span>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/brake.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// The sources as parallel arrays for SQL, with the keys of their links that are one thing each.
struct CountedSources {
  CountedSources() = default;
  explicit CountedSources(std::span<const SourceSpec> sources);
  std::vector<std::string> components;
  std::vector<std::string> names;
  std::vector<std::string> counted_keys;
};

/// RemovalLedger::weigh() in one transaction.
///
/// First of all it locks, in order, the rows of `brake` of all components concerned: instances that
/// share the database add up one after the other and never let the same room be used twice.
[[nodiscard]] Result<Weighing> weigh_removals(Connection& connection, const TableNames& names,
                                              const CountedSources& sources,
                                              std::span<const Removal> removals,
                                              std::chrono::seconds window, const BrakeRule& rule);

}  // namespace moodlesync::postgres
