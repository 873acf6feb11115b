// A little over the usual size: the order of Drupal's statements is best read in one place.
#include "support/drupal_site/entity_writer.h"

#include <utility>

#include "support/drupal_site/entity_loader.h"

namespace moodlesync::testsupport {

namespace {

std::vector<std::string> quoted_columns(const TableSpec& table, const std::string& without = {}) {
  std::vector<std::string> names;
  for (const ColumnSpec& column : table.columns) {
    if (column.name != without) names.push_back(quote_identifier(column.name));
  }
  return names;
}

/// Drupal's hasFieldValueChanged(): the items differ, or the translations do.
bool changed(const SiteEntity& entity, const SiteEntity& original, const FieldStorage& field) {
  if (entity.translations.size() != original.translations.size()) return true;
  for (const auto& [langcode, translation] : entity.translations) {
    const auto before = original.translations.find(langcode);
    if (before == original.translations.end()) return true;
    if (langcode != entity.langcode && !field.translatable) continue;
    const auto now = translation.fields.find(field.name);
    const auto then = before->second.fields.find(field.name);
    const Items none;
    const Items& new_items = now == translation.fields.end() ? none : now->second;
    const Items& old_items = then == before->second.fields.end() ? none : then->second;
    if (new_items != old_items) return true;
  }
  return false;
}

std::vector<std::string> tags_of(const SiteEntity& entity, bool is_new) {
  std::vector<std::string> tags;
  if (!is_new) tags.push_back(entity.type + ":" + std::to_string(entity.id));
  tags.push_back(entity.type + "_list");
  if (entity.bundle != "user") tags.push_back(entity.type + "_list:" + entity.bundle);
  return tags;
}

}  // namespace

Row row_for(const SiteEntity& entity, const TableSpec& table, const std::string& langcode,
            bool draft) {
  const EntityKind& kind = entity_kind(entity.type);
  const Translation& translation = entity.translations.at(langcode);
  Row row;
  for (const ColumnSpec& column : table.columns) {
    const auto value = translation.base.find(column.name);
    if (column.name == kind.id_key) {
      row.emplace_back(std::to_string(entity.id));
    } else if (kind.revisionable() && column.name == kind.revision_key) {
      row.emplace_back(std::to_string(entity.revision));
    } else if (column.name == kind.bundle_key) {
      row.emplace_back(entity.bundle);
    } else if (column.name == "uuid") {
      row.emplace_back(entity.uuid);
    } else if (column.name == "default_langcode") {
      row.emplace_back(langcode == entity.langcode ? "1" : "0");
    } else if (kind.translatable() && column.name == kind.langcode_key) {
      row.emplace_back(langcode);
    } else if (column.name == "revision_default") {
      row.emplace_back(draft ? "0" : "1");
    } else {
      row.push_back(value == translation.base.end() ? Cell{} : value->second);
    }
  }
  return row;
}

/// One INSERT for all translations, or for the one row of a table without languages.
void EntityWriter::insert_rows(const SiteEntity& entity, const TableSpec& table, bool draft) {
  std::vector<std::string> tuples;
  Row parameters;
  for (const auto& [langcode, translation] : entity.translations) {
    const Row row = row_for(entity, table, langcode, draft);
    tuples.push_back("(" + placeholders(row.size(), parameters.size() + 1) + ")");
    parameters.insert(parameters.end(), row.begin(), row.end());
  }
  site_.session.run("INSERT INTO " + site_.table(table.name) + " (" +
                        joined(quoted_columns(table), ", ") + ") VALUES " + joined(tuples, ", "),
                    parameters);
}

void EntityWriter::insert_base(SiteEntity& entity) {
  const EntityKind& kind = entity_kind(entity.type);
  Row row = row_for(entity, kind.base, entity.langcode, false);
  row.erase(row.begin());  // The id comes from the sequence.
  if (kind.revisionable()) row.front() = std::nullopt;
  entity.id = site_.session.number("INSERT INTO " + site_.table(kind.base.name) + " (" +
                                       joined(quoted_columns(kind.base, kind.id_key), ", ") +
                                       ") VALUES (" + placeholders(row.size()) + ") RETURNING " +
                                       quote_identifier(kind.id_key),
                                   row);
}

void EntityWriter::insert_revision(SiteEntity& entity, bool draft) {
  const EntityKind& kind = entity_kind(entity.type);
  const Row all = row_for(entity, kind.revision, entity.langcode, draft);
  Row row;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (kind.revision.columns[i].name != kind.revision_key) row.push_back(all[i]);
  }
  entity.revision = site_.session.number(
      "INSERT INTO " + site_.table(kind.revision.name) + " (" +
          joined(quoted_columns(kind.revision, kind.revision_key), ", ") + ") VALUES (" +
          placeholders(row.size()) + ") RETURNING " + quote_identifier(kind.revision_key),
      row);
}

void EntityWriter::point_base_to(const SiteEntity& entity, const Cell& revision) {
  const EntityKind& kind = entity_kind(entity.type);
  site_.session.run("UPDATE " + site_.table(kind.base.name) + " SET " +
                        quote_identifier(kind.revision_key) + " = $1 WHERE " +
                        quote_identifier(kind.id_key) + " = $2",
                    {revision, std::to_string(entity.id)});
}

void EntityWriter::update_row(const SiteEntity& entity, const TableSpec& table,
                              const std::string& key, std::int64_t value) {
  Row row = row_for(entity, table, entity.langcode, false);
  std::vector<std::string> sets;
  for (std::size_t i = 0; i < row.size(); ++i) {
    sets.push_back(quote_identifier(table.columns[i].name) + " = $" + std::to_string(i + 1));
  }
  row.emplace_back(std::to_string(value));
  site_.session.run("UPDATE " + site_.table(table.name) + " SET " + joined(sets, ", ") + " WHERE " +
                        quote_identifier(key) + " = $" + std::to_string(row.size()),
                    row);
}

void EntityWriter::rewrite_data(const SiteEntity& entity) {
  const EntityKind& kind = entity_kind(entity.type);
  if (!kind.translatable()) return;
  delete_rows(kind.data.name, kind.id_key, {entity.id});
  insert_rows(entity, kind.data, false);
}

void EntityWriter::write_tables(SiteEntity& entity, const WriteMode& mode) {
  const EntityKind& kind = entity_kind(entity.type);
  const bool new_revision = kind.revisionable() && (mode.is_new || mode.new_revision || mode.draft);
  if (mode.is_new) {
    insert_base(entity);
  } else if (new_revision && !mode.draft) {
    point_base_to(entity, std::nullopt);
  } else if (!mode.draft) {
    update_row(entity, kind.base, kind.id_key, entity.id);
  }
  if (new_revision) {
    insert_revision(entity, mode.draft);
    if (!mode.draft) point_base_to(entity, std::to_string(entity.revision));
  } else if (kind.revisionable()) {
    update_row(entity, kind.revision, kind.revision_key, entity.revision);
  }
  if (!mode.draft) rewrite_data(entity);
  if (!kind.revisionable() || !kind.translatable()) return;
  if (!new_revision) delete_rows(kind.revision_data.name, kind.revision_key, {entity.revision});
  insert_rows(entity, kind.revision_data, mode.draft);
}

std::vector<std::string> field_columns(const FieldStorage& field) {
  std::vector<std::string> columns = {"entity_id", "revision_id", "bundle", "delta", "langcode"};
  for (const FieldColumn& column : field.type.columns) {
    columns.push_back(quote_identifier(field.name + "_" + column.property));
  }
  return columns;
}

Rows field_rows(const SiteEntity& entity, const FieldStorage& field) {
  const bool revisionable = entity_kind(entity.type).revisionable();
  Rows rows;
  for (const auto& [langcode, translation] : entity.translations) {
    const auto items = translation.fields.find(field.name);
    if (items == translation.fields.end()) continue;
    if (langcode != entity.langcode && !field.translatable) continue;
    for (std::size_t delta = 0; delta < items->second.size(); ++delta) {
      if (field.cardinality > 0 && std::cmp_greater_equal(delta, field.cardinality)) break;
      Row row = {std::to_string(entity.id),
                 std::to_string(revisionable ? entity.revision : entity.id), entity.bundle,
                 std::to_string(delta), langcode};
      const auto& values = items->second[delta].columns;
      for (const FieldColumn& column : field.type.columns) {
        const auto value = values.find(column.property);
        row.push_back(value == values.end() ? Cell{} : Cell(value->second));
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void EntityWriter::insert_field(const SiteEntity& entity, const FieldStorage& field,
                                const WriteMode& mode) {
  std::vector<std::string> tuples;
  Row parameters;
  for (const Row& row : field_rows(entity, field)) {
    tuples.push_back("(" + placeholders(row.size(), parameters.size() + 1) + ")");
    parameters.insert(parameters.end(), row.begin(), row.end());
  }
  if (tuples.empty()) return;
  const std::string rest =
      " (" + joined(field_columns(field), ", ") + ") VALUES " + joined(tuples, ", ");
  if (!mode.draft) {
    site_.session.run("INSERT INTO " + site_.table(field.data_table) + rest, parameters);
  }
  if (!field.revision_table.empty()) {
    site_.session.run("INSERT INTO " + site_.table(field.revision_table) + rest, parameters);
  }
}

void EntityWriter::write_fields(const SiteEntity& entity, const SiteEntity* original,
                                const WriteMode& mode) {
  const bool revisionable = entity_kind(entity.type).revisionable();
  const bool new_revision = revisionable && (mode.new_revision || mode.draft);
  for (const FieldStorage* field : site_.fields_of(entity.type, entity.bundle)) {
    if (!new_revision && original != nullptr && !changed(entity, *original, *field)) continue;
    if (!mode.is_new) {
      if (!mode.draft) delete_rows(field->data_table, "entity_id", {entity.id});
      if (revisionable) {
        site_.session.run("DELETE FROM " + site_.table(field->revision_table) +
                              " WHERE entity_id = $1 AND revision_id = $2",
                          {std::to_string(entity.id), std::to_string(entity.revision)});
      }
    }
    insert_field(entity, *field, mode);
  }
}

void EntityWriter::forget_cached(const SiteEntity& entity) {
  if (!site_.has_table("cache_entity")) return;
  site_.session.run("DELETE FROM " + site_.table("cache_entity") + " WHERE cid IN ($1)",
                    {"values:" + entity.type + ":" + std::to_string(entity.id)});
}

/// What the node and taxonomy modules' hooks write.
void EntityWriter::side_tables(const SiteEntity& entity, bool is_new) {
  if (entity.type != "node") return;
  const std::string id = std::to_string(entity.id);
  if (!is_new) {
    site_.session.run("DELETE FROM " + site_.table("node_access") + " WHERE nid = $1", {id});
    site_.session.run("UPDATE " + site_.table("search_dataset") +
                          " SET reindex = extract(epoch FROM now())::bigint WHERE type = "
                          "'node_search' AND sid = $1 AND reindex = 0",
                      {id});
    site_.session.run("DELETE FROM " + site_.table("taxonomy_index") + " WHERE nid = $1", {id});
  }
  if (entity.main().base.at("status") != "1") return;
  for (const FieldStorage* field : site_.fields_of(entity.type, entity.bundle)) {
    const auto items = entity.main().fields.find(field->name);
    if (field->target_type != "taxonomy_term" || items == entity.main().fields.end()) continue;
    for (const Item& item : items->second) {
      site_.session.run("INSERT INTO " + site_.table("taxonomy_index") +
                            " (nid, tid, status, sticky, created) VALUES ($1, $2, 1, $3, $4) ON "
                            "CONFLICT (nid, tid) DO NOTHING",
                        {id, item.columns.at("target_id"), entity.main().base.at("sticky"),
                         entity.main().base.at("created")});
    }
  }
}

void EntityWriter::invalidate(const std::vector<std::string>& tags) {
  if (!site_.has_table("cachetags")) return;
  const std::string table = site_.table("cachetags");
  for (const std::string& tag : tags) {
    site_.session.run("INSERT INTO " + table +
                          " AS c (tag, invalidations) VALUES ($1, 1) ON CONFLICT (tag) DO UPDATE "
                          "SET invalidations = c.invalidations + 1",
                      {tag});
  }
}

void EntityWriter::write(SiteEntity& entity, const SiteEntity* original, const WriteMode& mode) {
  write_tables(entity, mode);
  write_fields(entity, original, mode);
  forget_cached(entity);
  if (!mode.draft) side_tables(entity, mode.is_new);
}

void EntityWriter::save(SiteEntity& entity, const SiteEntity* original, const WriteMode& mode) {
  Transaction transaction(site_.session);
  write(entity, original, mode);
  if (mode.before_commit) mode.before_commit();
  transaction.commit();
  invalidate(tags_of(entity, mode.is_new));
}

void EntityWriter::delete_rows(const std::string& table, const std::string& column,
                               const std::vector<std::int64_t>& ids) {
  Row parameters;
  for (const std::int64_t id : ids) parameters.emplace_back(std::to_string(id));
  site_.session.run("DELETE FROM " + site_.table(table) + " WHERE " + quote_identifier(column) +
                        " IN (" + placeholders(ids.size()) + ")",
                    parameters);
}

void EntityWriter::delete_tables(const std::string& type, std::span<const SiteEntity> entities) {
  const EntityKind& kind = entity_kind(type);
  std::vector<std::int64_t> ids;
  for (const SiteEntity& entity : entities) ids.push_back(entity.id);
  if (type == "node") {
    delete_rows("search_dataset", "sid", ids);
    delete_rows("taxonomy_index", "nid", ids);
  }
  for (const TableSpec* table : {&kind.base, &kind.revision, &kind.data, &kind.revision_data}) {
    if (!table->name.empty()) delete_rows(table->name, kind.id_key, ids);
  }
  for (const SiteEntity& entity : entities) {
    for (const FieldStorage* field : site_.fields_of(type, entity.bundle)) {
      delete_rows(field->data_table, "entity_id", {entity.id});
      if (kind.revisionable()) delete_rows(field->revision_table, "entity_id", {entity.id});
    }
  }
  for (const SiteEntity& entity : entities) forget_cached(entity);
  if (type == "node") delete_rows("node_access", "nid", ids);
}

/// A deleted term leaves its children; a child without another parent goes with it.
void EntityWriter::release_children(const SiteEntity& parent, std::vector<std::string>& tags) {
  const std::string id = std::to_string(parent.id);
  EntityLoader loader(site_);
  std::vector<SiteEntity> orphans;
  for (const auto& row :
       site_.session.run("SELECT entity_id FROM " + site_.table("taxonomy_term__parent") +
                             " WHERE deleted = 0 AND parent_target_id = $1 ORDER BY entity_id",
                         {id})) {
    auto child = loader.load_from_tables({"taxonomy_term", std::stoll(text_of(row[0]))});
    if (!child) continue;
    const SiteEntity before = *child;
    std::erase_if(child->main().fields["parent"],
                  [&](const Item& item) { return item.columns.at("target_id") == id; });
    if (child->main().fields["parent"].empty()) {
      orphans.push_back(before);
      continue;
    }
    write(*child, &before, {});
    for (std::string& tag : tags_of(*child, false)) tags.push_back(std::move(tag));
  }
  if (!orphans.empty()) remove_within("taxonomy_term", orphans, tags);
}

void EntityWriter::remove_within(const std::string& type, std::span<const SiteEntity> entities,
                                 std::vector<std::string>& tags) {
  delete_tables(type, entities);
  for (const SiteEntity& entity : entities) {
    for (std::string& tag : tags_of(entity, false)) tags.push_back(std::move(tag));
    if (type == "taxonomy_term") release_children(entity, tags);
  }
}

void EntityWriter::remove(const std::string& type, std::span<const SiteEntity> entities) {
  std::vector<std::string> tags;
  Transaction transaction(site_.session);
  remove_within(type, entities, tags);
  transaction.commit();
  invalidate(tags);
}

}  // namespace moodlesync::testsupport
