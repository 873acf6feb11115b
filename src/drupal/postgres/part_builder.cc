#include "drupal/postgres/part_builder.h"

#include <algorithm>

namespace moodlesync::postgres {

namespace {

/// The first columns of every SELECT on a field's table: entity_id and langcode.
constexpr int kFirstFieldColumn = 2;

int position_of(std::vector<std::string>& columns, const std::string& column, int first) {
  const auto found = std::ranges::find(columns, column);
  const auto position = found - columns.begin();
  if (found == columns.end()) columns.push_back(column);
  return first + static_cast<int>(position);
}

std::string listed(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += ", " + column;
  return text;
}

}  // namespace

std::string base_column(std::string_view alias, std::string_view column,
                        std::string_view otherwise) {
  if (column.empty()) return std::string(otherwise);
  return std::string(alias) + "." + quote_identifier(column);
}

std::string from_wanted(const EntityLayout& layout, const TableNames& names) {
  const std::string id = quote_identifier(layout.id);
  std::string from = "(SELECT DISTINCT unnest($1::bigint[]) AS id) k JOIN " +
                     names.drupal(layout.base) + " b ON b." + id + " = k.id";
  if (!layout.is_translatable()) return from;
  return from + " JOIN " + names.drupal(layout.data) + " d ON d." + id +
         " = k.id AND d.default_langcode = 1";
}

void PartBuilder::add_path(const std::string& path) {
  if (path == kMoodleIdPath || std::ranges::find(paths_, path) != paths_.end()) return;
  paths_.push_back(path);
}

void PartBuilder::add_id(const std::string& path) {
  add_path(path);
  values_.push_back({.path = path, .encoding = Encoding::kNumber, .column = 0});
}

void PartBuilder::add(const SchemaField& field, std::string_view property, ValueRead value) {
  const std::string alias = field.dedicated ? "f" : field.table == layout_->data ? "d" : "b";
  FieldTable* table = field.dedicated ? &tables_[field.table] : nullptr;
  std::vector<std::string>& columns = table ? table->columns : columns_;
  const int first = table ? kFirstFieldColumn : kFirstBaseColumn;
  const auto column_of = [&](std::string_view wanted) {
    const auto column = field.columns.find(wanted);
    if (column == field.columns.end()) return -1;
    return position_of(columns, alias + "." + quote_identifier(column->second), first);
  };
  add_path(value.path);
  value.column = column_of(property);
  if (value.encoding == Encoding::kLongText) value.format_column = column_of("format");
  if (!field.target_type_column.empty()) {
    value.target_type_column =
        position_of(columns, alias + "." + quote_identifier(field.target_type_column), first);
  }
  (table ? table->values : values_).push_back(std::move(value));
  if (table) table->field = &field;
}

std::string PartBuilder::base_sql(const TableNames& names, const PartOf& part_of) const {
  const EntityLayout& layout = *layout_;
  const std::string_view fields = layout.is_translatable() ? "d" : "b";
  const std::string id = base_column("b", layout.id, "");
  const std::string owner = base_column("b", layout.owner, "NULL");
  const std::string bundle = base_column("b", layout.bundle, quote_literal(layout.only_bundle));
  std::string sql = "SELECT " + id + ", " + base_column("b", layout.uuid, "''") + ", " + bundle +
                    ", " + base_column("b", layout.langcode, "'und'") + ", " +
                    (status_.empty() ? base_column(fields, layout.status, "1") : status_) + ", " +
                    owner + listed(columns_) + " FROM ";
  if (part_of.kind == PartOf::Kind::kSource) return sql + from_wanted(layout, names);
  sql += names.drupal(layout.base) + " b WHERE " + owner + " = ANY($1::bigint[]) AND " + bundle +
         " = " + quote_literal(bundle_);
  if (part_of.kind == PartOf::Kind::kOwned) {
    if (!layout.owner_type_column.empty()) {
      sql += " AND b." + quote_identifier(layout.owner_type_column) + " = " +
             quote_literal(part_of.owner_type);
    }
    return sql + " ORDER BY " + owner + ", " + id;
  }
  return sql + " AND b.status = 1 ORDER BY " + owner + ", coalesce(b.is_default, 0) DESC, " + id;
}

std::string PartBuilder::table_sql(const TableNames& names, const FieldTable& table) {
  return "SELECT f.entity_id, f.langcode" + listed(table.columns) + " FROM " +
         names.drupal(table.field->table) +
         " f WHERE f.entity_id = ANY($1::bigint[]) AND f.deleted = 0 ORDER BY f.entity_id, f.delta";
}

PartRead PartBuilder::finish(const TableNames& names, const PartOf& part_of) const {
  PartRead part{layout_, bundle_, base_sql(names, part_of), values_, paths_, {}};
  part.tables.reserve(tables_.size());
  for (const auto& [name, table] : tables_) {
    part.tables.push_back({table_sql(names, table), table.field->cardinality, table.values});
  }
  return part;
}

}  // namespace moodlesync::postgres
