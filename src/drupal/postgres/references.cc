#include "drupal/postgres/references.h"

#include <string_view>

#include "drupal/postgres/part_builder.h"

namespace moodlesync::postgres {

namespace {

/// Writes the legs of one source.
class LegWriter {
 public:
  LegWriter(const SourceSpec& source, const SiteSchema& schema, const TableNames& names)
      : source_(source), schema_(schema), names_(names) {}

  std::string legs() {
    for (const FieldWish& wish : source_.fields) {
      const bool of_profile = !wish.path.profile.empty();
      add(of_profile ? "profile" : source_.entity_type,
          of_profile ? wish.path.profile : source_.bundle, wish);
    }
    for (const OwnedSpec& owned : source_.owned) {
      for (const FieldWish& wish : owned.fields) add(owned.entity_type, owned.bundle, wish);
    }
    return std::move(legs_);
  }

 private:
  /// `type` and `bundle`: of the entity that holds the reference, the source's or one of its own.
  void add(std::string_view type, std::string_view bundle, const FieldWish& wish) {
    const EntityLayout* layout = find_layout(type);
    if (wish.counterpart_of.empty() || layout == nullptr) return;
    const std::string_view on = layout->bundle.empty() ? layout->only_bundle : bundle;
    const SchemaField* field = schema_.field(type, on, wish.path.field);
    if (field == nullptr || field->target_type.empty()) return;
    const std::string property = field->columns.contains("target_id") ? "target_id" : "value";
    if (!field->columns.contains(property)) return;
    legs_ += "UNION ALL SELECT " + quote_literal(source_.component) + ", " +
             quote_literal(source_.name) + ", " + quote_literal(source_.entity_type) +
             ", x.id, '', t.seq, t.at FROM taken t CROSS JOIN LATERAL (" +
             lookup(*layout, bundle, *field, property) +
             // Keeps the planner from turning the look-ups into a scan of the whole table, which
             // it would do for every drain while it cannot know how few deletions there are.
             " OFFSET 0) x WHERE t.op IN ('D', 'R') AND t.entity_type = " +
             quote_literal(field->target_type) + "\n";
  }

  /// The ids of the source's entities that refer to t.entity_id.
  [[nodiscard]] std::string lookup(const EntityLayout& layout, std::string_view bundle,
                                   const SchemaField& field, const std::string& property) const {
    const bool has_owner = layout.type != source_.entity_type;
    const std::string base_id = quote_identifier(layout.id);
    std::string holder = "f";  // Where owner and bundle stand.
    std::string from = names_.drupal(field.table) + " f";
    std::string id = field.dedicated ? "f.entity_id" : "f." + base_id;
    std::string test =
        "f." + quote_identifier(field.columns.at(property)) + target_of(field, property);
    if (field.dedicated) test += " AND f.deleted = 0";
    if (has_owner && field.dedicated) {
      holder = "b";
      from += " JOIN " + names_.drupal(layout.base) + " b ON b." + base_id + " = f.entity_id";
    }
    if (has_owner) {
      id = base_column(holder, layout.owner, "");
      if (!layout.owner_type_column.empty()) {
        test += " AND " + base_column(holder, layout.owner_type_column, "") + " = " +
                quote_literal(source_.entity_type);
      }
    }
    const bool of_some = !layout.bundle.empty() && !bundle.empty();
    const bool is_field_row = field.dedicated && holder == "f";
    if (of_some) {
      test += " AND " + base_column(holder, is_field_row ? "bundle" : layout.bundle, "") + " = " +
              quote_literal(bundle);
    }
    return "SELECT " + id + "::bigint AS id FROM " + from + " WHERE " + test;
  }

  /// Targets with text ids are stored as text.
  static std::string target_of(const SchemaField& field, const std::string& property) {
    const auto type = field.sql_types.find(property);
    const bool is_number = type != field.sql_types.end() && type->second.starts_with("int");
    return is_number ? " = t.entity_id" : " = t.entity_id::text";
  }

  const SourceSpec& source_;
  const SiteSchema& schema_;
  const TableNames& names_;
  std::string legs_;
};

}  // namespace

std::string referrer_legs(std::span<const SourceSpec> sources, const SiteSchema& schema,
                          const TableNames& names) {
  std::string legs;
  for (const SourceSpec& source : sources) legs += LegWriter(source, schema, names).legs();
  return legs;
}

}  // namespace moodlesync::postgres
