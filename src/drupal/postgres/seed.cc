#include "drupal/postgres/seed.h"

#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/site_schema.h"

namespace moodlesync::postgres {

namespace {

/// White space as the parser of field_moodle_id trims it; 18 digits always fit a bigint. Of several
/// entities with one id the oldest has it: the others are copies of it.
std::string seed_sql(const TableNames& names, const EntityLayout& layout,
                     const SchemaField& field) {
  const std::string id = "b." + quote_identifier(layout.id);
  const std::string value = "btrim(f." +
                            quote_identifier(field.columns.find(field.main_property())->second) +
                            "::text, E' \\t\\r\\n\\f\\v')";
  const std::string bundle =
      layout.bundle.empty() ? "''" : "b." + quote_identifier(layout.bundle) + "::text";
  const std::string language =
      layout.langcode.empty() ? "" : " AND f.langcode = b." + quote_identifier(layout.langcode);
  return "INSERT INTO " + names.ours("link") +
         " (component, source, entity_type, entity_id, uuid, bundle, moodle_id, updated_at)"
         " SELECT DISTINCT ON (" +
         value + "::bigint) $1, $2, $3, " + id + ", b." + quote_identifier(layout.uuid) + ", " +
         bundle + ", " + value + "::bigint, '-infinity'" + " FROM " + names.drupal(layout.base) +
         " b JOIN " + names.drupal(field.table) + " f ON f.entity_id = " + id +
         " AND f.deleted = 0 AND f.delta = 0" + language + " WHERE " + value +
         " ~ '^[1-9][0-9]{0,17}$' AND ($4 = '' OR " + bundle +
         " = $4) AND NOT EXISTS (SELECT FROM " + names.ours("link") +
         " l WHERE l.component = $1 AND l.moodle_id::text = " + value + ") ORDER BY " + value +
         "::bigint, " + id + " ON CONFLICT DO NOTHING";
}

}  // namespace

Status seed_links(Connection& connection, const TableNames& names,
                  std::span<const SourceSpec> sources, std::vector<std::string>& done) {
  SiteSchema schema(names);
  if (auto read = schema.refresh(connection); !read) return read;
  for (const SourceSpec& source : sources) {
    const EntityLayout* layout = find_layout(source.entity_type);
    if (layout == nullptr || !source.gives_moodle_id || source.moodle_id_field.empty()) continue;
    const SchemaField* field =
        schema.field(source.entity_type, source.bundle, source.moodle_id_field);
    if (field == nullptr || !field->dedicated || field->main_property().empty()) continue;
    auto rows = connection.execute(seed_sql(names, *layout, *field),
                                   {source.component, source.name, source.entity_type,
                                    layout->bundle.empty() ? std::string{} : source.bundle});
    if (!rows) return std::move(rows).error().in("reading the Moodle ids of " + source.component);
    if (rows->affected() == 0) continue;
    done.push_back("took over " + std::to_string(rows->affected()) + " Moodle ids for " +
                   source.component + "/" + source.name);
  }
  return ok();
}

}  // namespace moodlesync::postgres
