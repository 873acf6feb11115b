#pragma once

#include <string>
#include <string_view>

#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// `name` as an SQL identifier, whatever bytes it holds: "na""me".
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// `text` as an SQL string literal, safe under either setting of standard_conforming_strings.
[[nodiscard]] std::string quote_literal(std::string_view text);

/// Where Drupal's tables and ours are: Drupal's by the settings `schema` and `prefix`, ours in a
/// schema of our own.
///
/// Several Drupal sites may share a database by schema or prefix, so our schema is named after
/// both: `moodle_sync` for the usual site (schema public, no prefix), `moodle_sync_<prefix>` with a
/// prefix, `moodle_sync_<schema>.<prefix>` outside public (the dot keeps the two kinds apart). A
/// name longer than PostgreSQL's 63 bytes is cut and ends in a hash.
class TableNames {
 public:
  TableNames(std::string_view schema, std::string_view prefix);
  explicit TableNames(const DrupalSettings& settings)
      : TableNames(settings.schema, settings.prefix) {}

  /// A table of Drupal's, quoted and qualified: "public"."pre_node".
  [[nodiscard]] std::string drupal(std::string_view table) const;
  /// A table, function or sequence of ours, quoted and qualified.
  [[nodiscard]] std::string ours(std::string_view name) const;

  /// `sql` with every `{table}` replaced by Drupal's table and every `{moodle_sync.name}` by ours.
  /// Other braces, such as the literal '{}', stay as they are.
  [[nodiscard]] std::string expand(std::string_view sql) const;

  [[nodiscard]] const std::string& schema() const { return schema_; }
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  /// The bare, unquoted name of our schema. It is the NOTIFY channel's name too.
  [[nodiscard]] const std::string& our_schema() const { return our_schema_; }

 private:
  std::string schema_;
  std::string prefix_;
  std::string our_schema_;
};

}  // namespace moodlesync::postgres
