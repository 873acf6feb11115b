#include "support/drupal_site/key_value_rows.h"

namespace moodlesync::testsupport {

namespace {

Php keys_of(const EntityKind& kind) {
  return Php::map({{"id", kind.id_key},
                   {"revision", kind.revision_key},
                   {"bundle", kind.bundle_key},
                   {"label", kind.label_key},
                   {"langcode", kind.langcode_key},
                   {"uuid", "uuid"},
                   {"published", kind.label_key.empty() ? "" : "status"},
                   {"default_langcode", "default_langcode"},
                   {"revision_translation_affected", "revision_translation_affected"}});
}

Php name_or_null(const TableSpec& table) { return table.name.empty() ? Php() : Php(table.name); }

Php table_schema(const FieldStorage& field, bool revision) {
  const auto column = [](const char* type, int length) {
    std::vector<Php::Entry> entries{{"type", type}};
    if (length > 0) entries.emplace_back("length", length);
    entries.emplace_back("not null", true);
    return Php::map(entries);
  };
  std::vector<Php::Entry> columns = {
      {"bundle", column("varchar_ascii", 128)},  {"deleted", column("int", 0)},
      {"entity_id", column("int", 0)},           {"revision_id", column("int", 0)},
      {"langcode", column("varchar_ascii", 32)}, {"delta", column("int", 0)}};
  for (const FieldColumn& added : field.type.columns) {
    columns.emplace_back(field.name + "_" + added.property, column("varchar", 255));
  }
  std::vector<Php> key = {"entity_id", "deleted", "delta", "langcode"};
  if (revision) key.insert(key.begin() + 1, "revision_id");
  return Php::map(
      {{"description", "Data storage for " + field.entity_type + " field " + field.name},
       {"fields", Php::map(columns)},
       {"primary key", Php::list(key)},
       {"indexes", Php::map({{"bundle", Php::list({"bundle"})},
                             {"revision_id", Php::list({"revision_id"})}})}});
}

}  // namespace

void write_key_value(SiteContext& site, const std::string& collection, const std::string& name,
                     const Php& value) {
  site.session.run("INSERT INTO " + site.table("key_value") +
                       " (collection, name, value) VALUES ($1, $2, $3) ON CONFLICT (collection, "
                       "name) DO UPDATE SET value = excluded.value",
                   {collection, name, bytea(value.bytes())});
}

void write_entity_type(SiteContext& site, const EntityKind& kind) {
  const Php definition =
      Php::object("Drupal\\Core\\Entity\\ContentEntityType",
                  {{"revision_metadata_keys", Php::map({{"revision_default", "revision_default"}})},
                   {"static_cache", true},
                   {"render_cache", true},
                   {"persistent_cache", true},
                   {"entity_keys", keys_of(kind)},
                   {"id", kind.id},
                   {"originalClass", kind.php_class},
                   {"handlers", Php::map({{"storage", kind.php_class + "Storage"}})},
                   {"admin_permission", Php()},
                   {"permission_granularity", "bundle"},
                   {"links", Php::map({})},
                   {"bundle_entity_type", kind.bundle_type.empty() ? Php() : Php(kind.bundle_type)},
                   {"base_table", kind.base.name},
                   {"data_table", name_or_null(kind.data)},
                   {"revision_table", name_or_null(kind.revision)},
                   {"revision_data_table", name_or_null(kind.revision_data)},
                   {"internal", false},
                   {"translatable", kind.translatable()},
                   {"label", Php::object("Drupal\\Core\\StringTranslation\\TranslatableMarkup",
                                         {{"string", kind.id}, {"arguments", Php::map({})}})},
                   {"additional", Php::map({})},
                   {"class", kind.php_class},
                   {"provider", kind.provider}});
  write_key_value(site, "entity.definitions.installed", kind.id + ".entity_type", definition);
}

void write_field_schema(SiteContext& site, const FieldStorage& field) {
  std::vector<Php::Entry> tables = {{field.data_table, table_schema(field, false)}};
  if (!field.revision_table.empty()) {
    tables.emplace_back(field.revision_table, table_schema(field, true));
  }
  write_key_value(site, "entity.storage_schema.sql",
                  field.entity_type + ".field_schema_data." + field.name, Php::map(tables));
}

void write_bundle_field_map(SiteContext& site, const std::string& entity_type) {
  std::vector<Php::Entry> map;
  for (const FieldStorage& field : site.fields) {
    if (field.entity_type != entity_type || field.is_base_field()) continue;
    std::vector<Php::Entry> bundles;
    for (const std::string& bundle : field.bundles) bundles.emplace_back(bundle, bundle);
    map.emplace_back(field.name,
                     Php::map({{"type", field.type.id}, {"bundles", Php::map(bundles)}}));
  }
  write_key_value(site, "entity.definitions.bundle_field_map", entity_type, Php::map(map));
}

}  // namespace moodlesync::testsupport
