#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::testsupport {

/// A column that a field type asks for. Source: FieldType plugins' schema() of Drupal 10.2 and the
/// pgsql driver's type map.
struct FieldColumn {
  std::string property;  ///< "value", "target_id", …
  std::string sql;       ///< Type and NOT NULL.
};

struct FieldType {
  std::string id;
  std::string module;  ///< Who provides it, for the configuration row.
  std::vector<FieldColumn> columns;
  std::vector<std::string> indexed;  ///< Properties with an index.

  [[nodiscard]] const std::string& main_property() const { return columns.front().property; }
};

/// The type `id`; `config_target` for references to configuration (roles, node types), whose ids
/// are text. Throws std::invalid_argument for an unknown type.
[[nodiscard]] FieldType field_type(std::string_view id, bool config_target = false);

}  // namespace moodlesync::testsupport
