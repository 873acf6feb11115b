#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drupal/postgres/read_plan.h"

namespace moodlesync::postgres {

/// How the entities of a part are found: $1 of its SELECT is their own ids or their owners'.
struct PartOf {
  enum class Kind { kSource, kDefaultProfile, kOwned };
  Kind kind = Kind::kSource;
  std::string_view owner_type = {};  ///< kOwned
};

/// Gathers what is to be read of one entity type and makes a SELECT per table of it. Values that
/// share a table share its SELECT, values that share a column share the column.
///
/// Lifetime: borrows the schema's fields until finish().
class PartBuilder {
 public:
  PartBuilder(const EntityLayout& layout, std::string_view bundle)
      : layout_(&layout), bundle_(bundle) {}

  [[nodiscard]] const EntityLayout& layout() const { return *layout_; }
  [[nodiscard]] const std::string& bundle() const { return bundle_; }
  /// The bundle as field configuration knows it: a user's is `user`.
  [[nodiscard]] std::string_view field_bundle() const {
    return layout_->bundle.empty() ? layout_->only_bundle : std::string_view(bundle_);
  }

  /// In place of the layout's status column: an SQL expression on `b`.
  void set_status(std::string sql) { status_ = std::move(sql); }
  /// Reads `property` of `field` into `value`, whose columns are filled in here.
  void add(const SchemaField& field, std::string_view property, ValueRead value);
  void add_id(const std::string& path);
  [[nodiscard]] PartRead finish(const TableNames& names, const PartOf& part_of) const;

 private:
  struct FieldTable {
    const SchemaField* field = nullptr;
    std::vector<std::string> columns;
    std::vector<ValueRead> values;
  };
  [[nodiscard]] std::string base_sql(const TableNames& names, const PartOf& part_of) const;
  void add_path(const std::string& path);
  [[nodiscard]] static std::string table_sql(const TableNames& names, const FieldTable& table);

  const EntityLayout* layout_;
  std::string bundle_;
  std::string status_;                ///< Empty: the layout's.
  std::vector<std::string> columns_;  ///< SQL expressions of base fields.
  std::vector<ValueRead> values_;
  std::vector<std::string> paths_;
  std::map<std::string, FieldTable> tables_;
};

/// "… b JOIN … d …": the entities whose ids are in $1, to follow FROM. Both tables are joined with
/// the ids: with `= ANY($1)` on one or both of them, PostgreSQL compares every row of one with
/// every id or row of the other while it lacks statistics (after an import).
[[nodiscard]] std::string from_wanted(const EntityLayout& layout, const TableNames& names);
/// `alias."column"`, or the literal where the layout has no such column.
[[nodiscard]] std::string base_column(std::string_view alias, std::string_view column,
                                      std::string_view otherwise);

}  // namespace moodlesync::postgres
