#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/identifiers.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// One of Drupal's tables that is watched, and the function of ours that its triggers call.
///
/// The triggers have neither a WHEN clause nor a column list; what is of interest is decided inside
/// the function. PostgreSQL refuses to drop or retype a column that a trigger's definition names,
/// and a Drupal update that does so must not fail because of us. It also means that other bundles
/// need a new function only, and no lock on Drupal's table.
struct CaptureTable {
  std::string table;      ///< Drupal's name, without prefix.
  std::string function;   ///< Ours: capture_<table>.
  std::string body;       ///< plpgsql. Ends every failure of its own with a WARNING.
  std::string events;     ///< Of the row trigger: "INSERT OR UPDATE OR DELETE".
  bool truncate = false;  ///< A second trigger, for TRUNCATE.
  bool optional = false;  ///< A supplement: its table may be missing.
  /// Entity types of sources that may have changed unseen while the trigger was away.
  std::set<std::string> concerns;
};

inline constexpr std::string_view kRowTrigger = "moodle_sync_capture";
inline constexpr std::string_view kTruncateTrigger = "moodle_sync_truncate";

/// What must be watched for `sources`: the base tables of their types, the tables that Drupal also
/// writes without touching a base table, and `config`.
/// Source: Drupal 10.2.5, write sequences seen in the server's statement log.
[[nodiscard]] std::vector<CaptureTable> plan_capture(const TableNames& names,
                                                     std::span<const SourceSpec> sources,
                                                     bool notify);

/// CREATE OR REPLACE FUNCTION for the table's function.
[[nodiscard]] std::string create_function_sql(const TableNames& names, const CaptureTable& table);

}  // namespace moodlesync::postgres
