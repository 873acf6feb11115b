#include "support/drupal_site/tables.h"

namespace moodlesync::testsupport {

namespace {

constexpr std::size_t kMaxTableName = 48;

void create_index(SiteContext& site, const std::string& table, const std::string& name,
                  const std::string& columns) {
  std::string index = site.prefix + table + "__" + name + "__idx";
  // Drupal shortens what PostgreSQL would cut.
  if (index.size() > 63) {
    index = "drupal_" + site.session.text("SELECT left(encode(sha256($1), 'hex'), 40)", {index}) +
            "_idx";
  }
  site.session.script("CREATE INDEX " + quote_identifier(index) + " ON " + site.table(table) +
                      " (" + columns + ")");
}

void create_table(SiteContext& site, const TableSpec& table) {
  if (table.name.empty()) return;
  std::vector<std::string> lines;
  for (const ColumnSpec& column : table.columns) {
    lines.push_back(quote_identifier(column.name) + " " + column.sql);
  }
  std::vector<std::string> key;
  for (const std::string& column : table.primary_key) key.push_back(quote_identifier(column));
  const std::string prefixed = site.prefix + table.name;
  lines.push_back("CONSTRAINT " + quote_identifier(prefixed + "____pkey") + " PRIMARY KEY (" +
                  joined(key, ", ") + ")");
  for (const auto& [name, columns] : table.unique_keys) {
    lines.push_back("CONSTRAINT " + quote_identifier(prefixed + "__" + name + "__key") +
                    " UNIQUE (" + columns + ")");
  }
  site.session.script("CREATE TABLE " + site.table(table.name) + " (" + joined(lines, ", ") + ")");
  for (const auto& [name, columns] : table.indexes) create_index(site, table.name, name, columns);
}

TableSpec cache_bin(const std::string& name) {
  return {name,
          {{"cid", "varchar(255) NOT NULL DEFAULT ''"},
           {"data", "bytea"},
           {"expire", "bigint NOT NULL DEFAULT 0"},
           {"created", "numeric(14,3) NOT NULL DEFAULT 0"},
           {"serialized", "smallint NOT NULL DEFAULT 0"},
           {"tags", "text"},
           {"checksum", "varchar(255) NOT NULL"}},
          {"cid"},
          {{"expire", "expire"}, {"created", "created"}},
          {}};
}

const std::vector<TableSpec>& configuration_tables() {
  static const std::vector<TableSpec> kTables = {
      {"config",
       {{"collection", "varchar(255) NOT NULL DEFAULT ''"},
        {"name", "varchar(255) NOT NULL DEFAULT ''"},
        {"data", "bytea"}},
       {"collection", "name"},
       {},
       {}},
      {"key_value",
       {{"collection", "varchar(128) NOT NULL DEFAULT ''"},
        {"name", "varchar(128) NOT NULL DEFAULT ''"},
        {"value", "bytea NOT NULL"}},
       {"collection", "name"},
       {},
       {}},
      {"key_value_expire",
       {{"collection", "varchar(128) NOT NULL DEFAULT ''"},
        {"name", "varchar(128) NOT NULL DEFAULT ''"},
        {"value", "bytea NOT NULL"},
        {"expire", "bigint NOT NULL DEFAULT 2147483647"}},
       {"collection", "name"},
       {{"expire", "expire"}},
       {}},
  };
  return kTables;
}

const std::vector<TableSpec>& side_tables() {
  static const std::vector<TableSpec> kTables = {
      {"node_access",
       {{"nid", "bigint NOT NULL DEFAULT 0"},
        {"langcode", "varchar(12) NOT NULL DEFAULT ''"},
        {"fallback", "integer NOT NULL DEFAULT 1"},
        {"gid", "bigint NOT NULL DEFAULT 0"},
        {"realm", "varchar(255) NOT NULL DEFAULT ''"},
        {"grant_view", "integer NOT NULL DEFAULT 0"},
        {"grant_update", "integer NOT NULL DEFAULT 0"},
        {"grant_delete", "integer NOT NULL DEFAULT 0"}},
       {"nid", "gid", "realm", "langcode"},
       {},
       {}},
      {"taxonomy_index",
       {{"nid", "bigint NOT NULL DEFAULT 0"},
        {"tid", "bigint NOT NULL DEFAULT 0"},
        {"status", "integer NOT NULL DEFAULT 1"},
        {"sticky", "smallint DEFAULT 0"},
        {"created", "integer NOT NULL DEFAULT 0"}},
       {"nid", "tid"},
       {{"term_node", "tid, status, sticky, created"}},
       {}},
      {"search_dataset",
       {{"sid", "bigint NOT NULL DEFAULT 0"},
        {"langcode", "varchar(12) NOT NULL DEFAULT ''"},
        {"type", "varchar(64) NOT NULL"},
        {"data", "text NOT NULL"},
        {"reindex", "bigint NOT NULL DEFAULT 0"}},
       {"sid", "langcode", "type"},
       {},
       {}},
      {"users_data",
       {{"uid", "bigint NOT NULL DEFAULT 0"},
        {"module", "varchar(50) NOT NULL DEFAULT ''"},
        {"name", "varchar(128) NOT NULL DEFAULT ''"},
        {"value", "bytea"},
        {"serialized", "integer DEFAULT 0"}},
       {"uid", "module", "name"},
       {{"module", "module"}, {"name", "name"}},
       {}},
  };
  return kTables;
}

std::string table_name(SiteContext& site, const FieldStorage& field, const std::string& unique_id,
                       bool revision) {
  std::string plain = field.entity_type + (revision ? "_revision__" : "__") + field.name;
  if (plain.size() <= kMaxTableName) return plain;
  return field.entity_type.substr(0, 32) + (revision ? "_r__" : "__") +
         site.session.text("SELECT left(encode(sha256($1), 'hex'), 10)", {unique_id});
}

TableSpec field_table(const FieldStorage& field, bool revision) {
  TableSpec table{revision ? field.revision_table : field.data_table,
                  {{"bundle", "varchar(128) NOT NULL DEFAULT ''"},
                   {"deleted", "smallint NOT NULL DEFAULT 0"},
                   {"entity_id", "bigint NOT NULL CHECK (entity_id >= 0)"},
                   {"revision_id", "bigint NOT NULL CHECK (revision_id >= 0)"},
                   {"langcode", "varchar(32) NOT NULL DEFAULT ''"},
                   {"delta", "bigint NOT NULL CHECK (delta >= 0)"}},
                  {"entity_id", "deleted", "delta", "langcode"},
                  {{"bundle", "bundle"}, {"revision_id", "revision_id"}},
                  {}};
  if (revision) table.primary_key.insert(table.primary_key.begin() + 1, "revision_id");
  for (const FieldColumn& column : field.type.columns) {
    table.columns.push_back({field.name + "_" + column.property, column.sql});
  }
  for (const std::string& property : field.type.indexed) {
    const std::string column = field.name + "_" + property;
    table.indexes[column] = quote_identifier(column);
  }
  return table;
}

}  // namespace

void create_core_tables(SiteContext& site, bool cache_tables) {
  if (site.schema != "public") {
    site.session.script("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(site.schema));
  }
  for (const TableSpec& table : configuration_tables()) create_table(site, table);
  for (const EntityKind& kind : entity_kinds()) {
    create_table(site, kind.base);
    create_table(site, kind.revision);
    create_table(site, kind.data);
    create_table(site, kind.revision_data);
  }
  for (const TableSpec& table : side_tables()) create_table(site, table);
  if (!cache_tables) return;
  create_table(site, cache_bin("cache_entity"));
  create_table(site, cache_bin("cache_render"));
  create_table(site, {"cachetags",
                      {{"tag", "varchar(255) NOT NULL DEFAULT ''"},
                       {"invalidations", "integer NOT NULL DEFAULT 0"}},
                      {"tag"},
                      {},
                      {}});
}

void create_field_tables(SiteContext& site, FieldStorage& field, const std::string& unique_id) {
  field.data_table = table_name(site, field, unique_id, false);
  create_table(site, field_table(field, false));
  if (!entity_kind(field.entity_type).revisionable()) return;
  field.revision_table = table_name(site, field, unique_id, true);
  create_table(site, field_table(field, true));
}

}  // namespace moodlesync::testsupport
