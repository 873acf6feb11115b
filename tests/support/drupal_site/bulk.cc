#include <algorithm>

#include "support/drupal_site/entity_writer.h"

namespace moodlesync::testsupport {

namespace {

/// PostgreSQL takes 65535 parameters; shorter statements are quicker to parse.
constexpr std::size_t kParameters = 12'000;

void insert(SiteContext& site, const std::string& table, const std::vector<std::string>& columns,
            const Rows& rows) {
  const std::size_t at_once = std::max<std::size_t>(1, kParameters / columns.size());
  for (std::size_t start = 0; start < rows.size(); start += at_once) {
    std::vector<std::string> tuples;
    Row parameters;
    for (std::size_t i = start; i < std::min(rows.size(), start + at_once); ++i) {
      tuples.push_back("(" + placeholders(columns.size(), parameters.size() + 1) + ")");
      parameters.insert(parameters.end(), rows[i].begin(), rows[i].end());
    }
    site.session.run("INSERT INTO " + site.table(table) + " (" + joined(columns, ", ") +
                         ") VALUES " + joined(tuples, ", "),
                     parameters);
  }
}

std::vector<std::int64_t> next_ids(SiteContext& site, const std::string& table,
                                   const std::string& column, std::size_t count) {
  std::vector<std::int64_t> ids;
  for (const Row& row : site.session.run(
           "SELECT nextval(pg_get_serial_sequence($1, $2)) FROM generate_series(1, $3::int)",
           {site.table(table), column, std::to_string(count)})) {
    ids.push_back(std::stoll(text_of(row[0])));
  }
  return ids;
}

void insert_table(SiteContext& site, std::span<SiteEntity> entities, const TableSpec& table,
                  const std::string& null_column = {}) {
  if (table.name.empty()) return;
  std::vector<std::string> columns;
  std::ptrdiff_t null_at = -1;
  for (const ColumnSpec& column : table.columns) {
    if (column.name == null_column) null_at = std::ssize(columns);
    columns.push_back(quote_identifier(column.name));
  }
  Rows rows;
  for (const SiteEntity& entity : entities) {
    rows.push_back(row_for(entity, table, entity.langcode, false));
    if (null_at >= 0) rows.back()[static_cast<std::size_t>(null_at)] = std::nullopt;
  }
  insert(site, table.name, columns, rows);
}

}  // namespace

void EntityWriter::create_many(std::span<SiteEntity> entities) {
  if (entities.empty()) return;
  const EntityKind& kind = entity_kind(entities.front().type);
  Transaction transaction(site_.session);
  const auto ids = next_ids(site_, kind.base.name, kind.id_key, entities.size());
  for (std::size_t i = 0; i < ids.size(); ++i) entities[i].id = ids[i];
  if (kind.revisionable()) {
    const auto revisions = next_ids(site_, kind.revision.name, kind.revision_key, entities.size());
    for (std::size_t i = 0; i < ids.size(); ++i) entities[i].revision = revisions[i];
  }
  insert_table(site_, entities, kind.base, kind.revisionable() ? kind.revision_key : "");
  insert_table(site_, entities, kind.revision);
  if (kind.revisionable()) {
    const std::string key = quote_identifier(kind.revision_key);
    const std::string id = quote_identifier(kind.id_key);
    site_.session.run("UPDATE " + site_.table(kind.base.name) + " b SET " + key + " = r." + key +
                      " FROM " + site_.table(kind.revision.name) + " r WHERE r." + id + " = b." +
                      id + " AND b." + key + " IS NULL");
  }
  insert_table(site_, entities, kind.data);
  insert_table(site_, entities, kind.revision_data);
  for (const FieldStorage& field : site_.fields) {
    if (field.entity_type != kind.id) continue;
    Rows rows;
    for (const SiteEntity& entity : entities) {
      for (Row& row : field_rows(entity, field)) rows.push_back(std::move(row));
    }
    insert(site_, field.data_table, field_columns(field), rows);
    if (kind.revisionable()) insert(site_, field.revision_table, field_columns(field), rows);
  }
  transaction.commit();
}

}  // namespace moodlesync::testsupport
