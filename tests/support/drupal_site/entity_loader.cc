#include "support/drupal_site/entity_loader.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "support/drupal_site/php_writer.h"

namespace moodlesync::testsupport {

namespace {

using Json = nlohmann::json;

std::string cache_id(const EntityId& id) {
  return "values:" + id.type + ":" + std::to_string(id.id);
}

// Only this site reads its cache rows, so their content may be in a form of our own.
std::string to_bytes(const SiteEntity& entity) {
  Json translations = Json::object();
  for (const auto& [langcode, translation] : entity.translations) {
    Json base = Json::object();
    for (const auto& [column, cell] : translation.base) base[column] = cell ? Json(*cell) : Json();
    Json fields = Json::object();
    for (const auto& [field, items] : translation.fields) {
      for (const Item& item : items) fields[field].push_back(item.columns);
    }
    translations[langcode] = {{"base", base}, {"fields", fields}};
  }
  return Json{{"type", entity.type},         {"id", entity.id},     {"revision", entity.revision},
              {"bundle", entity.bundle},     {"uuid", entity.uuid}, {"langcode", entity.langcode},
              {"translations", translations}}
      .dump();
}

SiteEntity from_bytes(const std::string& bytes) {
  const Json json = Json::parse(bytes);
  SiteEntity entity{json["type"],     json["id"], json["revision"], json["bundle"], json["uuid"],
                    json["langcode"], {}};
  for (const auto& [langcode, stored] : json["translations"].items()) {
    Translation& translation = entity.translations[langcode];
    for (const auto& [column, cell] : stored["base"].items()) {
      translation.base[column] = cell.is_null() ? Cell{} : Cell(cell.get<std::string>());
    }
    for (const auto& [field, items] : stored["fields"].items()) {
      for (const Json& item : items) {
        translation.fields[field].emplace_back(item.get<std::map<std::string, std::string>>());
      }
    }
  }
  return entity;
}

bool is_key(const EntityKind& kind, const std::string& column) {
  return column == kind.id_key || column == kind.revision_key || column == kind.bundle_key ||
         column == "uuid" || column == "default_langcode" || column == "revision_default";
}

}  // namespace

std::string SiteEntity::text(const std::string& field) const {
  const auto found = main().fields.find(field);
  if (found == main().fields.end() || found->second.empty()) return {};
  const auto& columns = found->second.front().columns;
  for (const char* property : {"value", "target_id", "uri"}) {
    if (const auto value = columns.find(property); value != columns.end()) return value->second;
  }
  return {};
}

std::vector<const FieldStorage*> SiteContext::fields_of(std::string_view type,
                                                        std::string_view bundle) const {
  std::vector<const FieldStorage*> found;
  for (const FieldStorage& field : fields) {
    if (field.entity_type != type) continue;
    if (field.is_base_field() || field.bundles.contains(std::string(bundle))) {
      found.push_back(&field);
    }
  }
  return found;
}

bool SiteContext::has_table(std::string_view name) {
  return session.cell("SELECT to_regclass($1)", {table(name)}).has_value();
}

std::string EntityLoader::checksum(const std::string& type) {
  return site_.session.text("SELECT coalesce(sum(invalidations), 0) FROM " +
                                site_.table("cachetags") + " WHERE tag IN ($1, $2)",
                            {"entity_field_info", type + "_values"});
}

std::optional<SiteEntity> EntityLoader::cached(const EntityId& id) {
  if (!site_.has_table("cache_entity")) return std::nullopt;
  const Rows rows = site_.session.run(
      "SELECT convert_from(data, 'UTF8'), checksum FROM " + site_.table("cache_entity") +
          " WHERE cid = $1 AND (expire = -1 OR expire > extract(epoch FROM now()))",
      {cache_id(id)});
  if (rows.empty() || rows[0][1] != checksum(id.type)) return std::nullopt;
  return from_bytes(text_of(rows[0][0]));
}

void EntityLoader::remember(const SiteEntity& entity) {
  if (!site_.has_table("cache_entity")) return;
  site_.session.run(
      "INSERT INTO " + site_.table("cache_entity") +
          " (cid, expire, created, tags, checksum, data, serialized) VALUES ($1, -1, "
          "round(extract(epoch FROM clock_timestamp())::numeric, 3), $2, $3, $4, 1) ON CONFLICT "
          "(cid) DO UPDATE SET expire = excluded.expire, created = excluded.created, tags = "
          "excluded.tags, checksum = excluded.checksum, data = excluded.data, serialized = "
          "excluded.serialized",
      {cache_id({entity.type, entity.id}), "entity_field_info " + entity.type + "_values",
       checksum(entity.type), bytea(to_bytes(entity))});
}

std::optional<SiteEntity> EntityLoader::load(const EntityId& id) {
  if (auto entity = cached(id)) return entity;
  auto entity = load_from_tables(id);
  if (entity) remember(*entity);
  return entity;
}

void EntityLoader::read_base(SiteEntity& entity, const TableSpec& table, const std::string& where) {
  const EntityKind& kind = entity_kind(entity.type);
  std::vector<std::string> names;
  for (const ColumnSpec& column : table.columns) names.push_back(quote_identifier(column.name));
  for (const auto& row : site_.session.run("SELECT " + joined(names, ", ") + " FROM " +
                                           site_.table(table.name) + " WHERE " + where)) {
    std::string langcode = entity.langcode;
    BaseValues values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string& column = table.columns[i].name;
      if (kind.translatable() && column == kind.langcode_key) {
        langcode = *row[i];
      } else if (!is_key(kind, column)) {
        values[column] = row[i];
      }
    }
    for (auto& [column, value] : values) entity.translations[langcode].base[column] = value;
  }
}

void EntityLoader::read_fields(SiteEntity& entity, bool of_revision) {
  const bool translatable_type = entity_kind(entity.type).translatable();
  for (const FieldStorage* field : site_.fields_of(entity.type, entity.bundle)) {
    std::vector<std::string> columns;
    for (const FieldColumn& column : field->type.columns) {
      columns.push_back(quote_identifier(field->name + "_" + column.property));
    }
    const std::string table = of_revision ? field->revision_table : field->data_table;
    const Rows rows = site_.session.run(
        "SELECT langcode, " + joined(columns, ", ") + " FROM " + site_.table(table) +
        " WHERE entity_id = " + std::to_string(entity.id) + " AND deleted = 0" +
        (of_revision ? " AND revision_id = " + std::to_string(entity.revision) : "") +
        " ORDER BY delta");
    for (const auto& row : rows) {
      std::string langcode = text_of(row[0]);
      if (!site_.languages.contains(langcode)) continue;
      if (!translatable_type) langcode = entity.langcode;
      if (langcode != entity.langcode && !field->translatable) continue;
      const auto translation = entity.translations.find(langcode);
      if (translation == entity.translations.end()) continue;
      Items& items = translation->second.fields[field->name];
      if (field->cardinality > 0 && std::cmp_equal(items.size(), field->cardinality)) continue;
      std::map<std::string, std::string> values;
      for (std::size_t i = 1; i < row.size(); ++i) {
        if (row[i]) values[field->type.columns[i - 1].property] = *row[i];
      }
      items.emplace_back(std::move(values));
    }
  }
}

std::optional<SiteEntity> EntityLoader::load_from_tables(const EntityId& id) {
  const EntityKind& kind = entity_kind(id.type);
  const auto key = [](const std::string& name, const char* otherwise) {
    return name.empty() ? std::string(otherwise) : quote_identifier(name);
  };
  const Rows rows = site_.session.run(
      "SELECT uuid, " + key(kind.revision_key, "0") + ", " + key(kind.bundle_key, "'user'") + ", " +
          key(kind.langcode_key, "'und'") + " FROM " + site_.table(kind.base.name) + " WHERE " +
          quote_identifier(kind.id_key) + " = $1",
      {std::to_string(id.id)});
  if (rows.empty()) return std::nullopt;
  SiteEntity entity{id.type,
                    id.id,
                    std::stoll(rows[0][1].value_or("0")),
                    text_of(rows[0][2]),
                    text_of(rows[0][0]),
                    text_of(rows[0][3]),
                    {}};
  entity.translations[entity.langcode] = {};
  read_base(entity, kind.data.name.empty() ? kind.base : kind.data,
            quote_identifier(kind.id_key) + " = " + std::to_string(id.id));
  read_fields(entity, false);
  return entity;
}

std::optional<SiteEntity> EntityLoader::load_revision(const EntityId& id, std::int64_t revision) {
  auto entity = load_from_tables(id);
  if (!entity) return entity;
  const EntityKind& kind = entity_kind(id.type);
  const BaseValues current = entity->main().base;
  entity->revision = revision;
  entity->translations = {};
  // What is not kept per revision (a term's weight) comes from the current row.
  entity->translations[entity->langcode].base = current;
  read_base(*entity, kind.revision_data.name.empty() ? kind.revision : kind.revision_data,
            quote_identifier(kind.revision_key) + " = " + std::to_string(revision));
  read_fields(*entity, true);
  return entity;
}

std::int64_t EntityLoader::latest_revision(const EntityId& id) {
  const EntityKind& kind = entity_kind(id.type);
  return site_.session.number("SELECT max(" + quote_identifier(kind.revision_key) + ") FROM " +
                                  site_.table(kind.revision.name) + " WHERE " +
                                  quote_identifier(kind.id_key) + " = $1",
                              {std::to_string(id.id)});
}

}  // namespace moodlesync::testsupport
