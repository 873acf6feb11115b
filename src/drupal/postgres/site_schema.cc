#include "drupal/postgres/site_schema.h"

#include <algorithm>
#include <array>
#include <utility>

#include "drupal/postgres/php_serialize.h"

namespace moodlesync::postgres {

namespace {

constexpr std::size_t kMaxTableName = 48;
constexpr std::size_t kMaxTypeInHashedName = 32;

/// Configuration that names a bundle: prefix of its name → entity type.
constexpr std::array kBundleConfig = {
    std::pair{std::string_view("node.type."), std::string_view("node")},
    std::pair{std::string_view("taxonomy.vocabulary."), std::string_view("taxonomy_term")},
    std::pair{std::string_view("profile.type."), std::string_view("profile")},
    std::pair{std::string_view("registration.type."), std::string_view("registration")}};

/// What the columns of Drupal's base fields mean. Those not named here follow their SQL type.
struct BaseField {
  std::string_view entity_type;  ///< Empty: of every type.
  std::string_view name;
  std::string_view type;
  std::string_view target = {};
};
constexpr std::array kBaseFields = {
    BaseField{"", "status", "boolean"},
    BaseField{"", "created", "timestamp"},
    BaseField{"", "changed", "timestamp"},
    BaseField{"node", "promote", "boolean"},
    BaseField{"node", "sticky", "boolean"},
    BaseField{"node", "uid", "entity_reference", "user"},
    BaseField{"taxonomy_term", "description", "text_long"},
    BaseField{"user", "access", "timestamp"},
    BaseField{"user", "login", "timestamp"},
    BaseField{"profile", "uid", "entity_reference", "user"},
    BaseField{"profile", "is_default", "boolean"},
    BaseField{"registration", "user_uid", "entity_reference", "user"},
    BaseField{"registration", "author_uid", "entity_reference", "user"},
    BaseField{"registration", "entity_id", "dynamic_entity_reference"},
    BaseField{"registration", "completed", "timestamp"}};

/// Base fields with several values live in tables of their own.
struct DedicatedBaseField {
  std::string_view entity_type;
  std::string_view name;
  std::string_view target;
};
constexpr std::array kDedicatedBaseFields = {
    DedicatedBaseField{"taxonomy_term", "parent", "taxonomy_term"},
    DedicatedBaseField{"user", "roles", "user_role"}};

/// Of a list's configuration: value → label, as entries (value, label) since Drupal 8.
std::map<std::string, std::string, std::less<>> labels_in(const PhpValue& storage) {
  std::map<std::string, std::string, std::less<>> labels;
  const PhpValue* allowed = storage.at({"settings", "allowed_values"});
  if (allowed == nullptr) return labels;
  for (const PhpEntry& entry : allowed->entries) {
    const PhpValue* value = entry.value.find("value");
    const PhpValue* label = entry.value.find("label");
    if (value != nullptr && label != nullptr) labels.emplace(value->as_text(), label->as_text());
  }
  return labels;
}

bool is_private(std::string_view column, std::string_view sql_type) {
  return column == "pass" || column == "default_langcode" ||
         column == "revision_translation_affected" || sql_type == "bytea";
}

std::string plain_table(std::string_view type, std::string_view field, bool revision) {
  return std::string(type) + (revision ? "_revision__" : "__") + std::string(field);
}

std::string text_at(const PhpValue& value, std::string_view key) {
  const PhpValue* found = value.find(key);
  return found == nullptr ? std::string() : found->as_text();
}

bool is_revisionable(std::string_view type) {
  const EntityLayout* layout = find_layout(type);
  return layout != nullptr && layout->is_revisionable();
}

}  // namespace

std::string_view SchemaField::main_property() const {
  for (const std::string_view property : {"value", "target_id", "uri"}) {
    if (columns.contains(property)) return property;
  }
  return {};
}

const std::set<std::string, std::less<>>& SiteSchema::bundles(std::string_view type) const {
  static const std::set<std::string, std::less<>> kNone;
  const auto found = bundles_.find(type);
  return found == bundles_.end() ? kNone : found->second;
}

const SchemaField* SiteSchema::field(std::string_view type, std::string_view bundle,
                                     std::string_view name) const {
  const auto of_type = fields_.find(type);
  if (of_type == fields_.end()) return nullptr;
  const auto found = of_type->second.find(name);
  if (found == of_type->second.end()) return nullptr;
  return bundle.empty() || found->second.is_on(bundle) ? &found->second : nullptr;
}

std::vector<std::string> SiteSchema::field_names(std::string_view type,
                                                 std::string_view bundle) const {
  std::vector<std::string> names;
  const auto of_type = fields_.find(type);
  if (of_type == fields_.end()) return names;
  for (const auto& [name, field] : of_type->second) {
    if (field.is_on(bundle)) names.push_back(name);
  }
  return names;
}

Status SiteSchema::refresh(Connection& connection) {
  SiteSchema fresh(names_);
  auto done = fresh.read_config(connection);
  if (done) done = fresh.name_tables(connection);
  if (done) done = fresh.read_columns(connection);
  if (!done) return std::move(done).error().in("reading the site's configuration");
  for (const EntityLayout& layout : entity_layouts()) fresh.add_base_fields(layout);
  fresh.settle_columns();
  fresh.revision_ = revision_ + 1;
  *this = std::move(fresh);
  return ok();
}

Status SiteSchema::read_config(Connection& connection) {
  const auto there =
      connection.query("SELECT to_regclass($1) IS NOT NULL", {names_.drupal("config")});
  if (!there) return there.error();
  if (!(*there)[0].flag(0)) {
    return Error{ErrorKind::kConfig, "no_drupal",
                 "there is no table " + names_.drupal("config") +
                     "; are drupal.schema and drupal.prefix right?"};
  }
  const auto rows = connection.query(names_.expand(
      "SELECT name, data FROM {config} WHERE collection = '' AND (name ~ "
      "'^(field\\.(storage|field)|node\\.type|taxonomy\\.vocabulary|profile\\.type|registration\\."
      "type|language\\.entity|workflows\\.workflow)\\.' OR name = 'system.site') ORDER BY name "
      "DESC"));
  if (!rows) return rows.error();
  languages_ = {"und", "zxx"};
  // Descending, so that field.storage.… comes before the field.field.… that build on it.
  for (int i = 0; i < rows->size(); ++i) {
    add_config((*rows)[i].text(0), (*rows)[i].bytes(1));
  }
  std::ranges::sort(languages_);
  const auto repeated = std::ranges::unique(languages_);
  languages_.erase(repeated.begin(), repeated.end());
  return ok();
}

void SiteSchema::add_config(std::string_view name, const std::string& data) {
  const auto after = [&](std::string_view prefix) { return name.substr(prefix.size()); };
  for (const auto& [prefix, type] : kBundleConfig) {
    if (name.starts_with(prefix)) bundles_[std::string(type)].emplace(after(prefix));
  }
  if (name.starts_with("workflows.workflow.")) add_workflow(after("workflows.workflow."), data);
  if (name.starts_with("language.entity.")) languages_.emplace_back(after("language.entity."));
  if (name.starts_with("field.storage.")) add_field_storage(data);
  if (name.starts_with("field.field.")) {
    const std::string_view path = after("field.field.");
    const auto first = path.find('.');
    const auto last = path.rfind('.');
    if (first == last || first == std::string_view::npos) return;
    add_field(path.substr(0, first), path.substr(first + 1, last - first - 1),
              path.substr(last + 1));
  }
  if (name == "system.site") {
    // Without the language module there is no language.entity.*, only this.
    const auto site = parse_php(data);
    const std::string langcode = site ? text_at(*site, "default_langcode") : "";
    if (!langcode.empty()) languages_.push_back(langcode);
  }
}

void SiteSchema::add_field_storage(const std::string& data) {
  // A row that does not parse takes its field out of the schema; a source that needs it says so.
  const auto storage = parse_php(data);
  if (!storage) return;
  const std::string type = text_at(*storage, "entity_type");
  SchemaField field;
  field.name = text_at(*storage, "field_name");
  field.type = text_at(*storage, "type");
  if (const PhpValue* target = storage->at({"settings", "target_type"})) {
    field.target_type = target->as_text();
  }
  if (field.type.starts_with("list_")) field.labels = labels_in(*storage);
  const PhpValue* cardinality = storage->find("cardinality");
  field.cardinality = static_cast<int>(
      std::clamp<std::int64_t>(cardinality ? cardinality->as_int(1) : 1, -1, 1 << 20));
  uuids_[type + "." + field.name] = text_at(*storage, "uuid");
  fields_[type].insert_or_assign(field.name, std::move(field));
}

void SiteSchema::add_workflow(std::string_view name, const std::string& data) {
  const auto workflow = parse_php(data);
  if (!workflow || text_at(*workflow, "type") != "registration") return;
  const PhpValue* states = workflow->at({"type_settings", "states"});
  if (states == nullptr) return;
  for (const PhpEntry& state : states->entries) {
    const PhpValue* active = state.value.find("active");
    if (active != nullptr && !active->as_bool(true)) inactive_states_.emplace_back(name, state.key);
  }
}

void SiteSchema::add_field(std::string_view type, std::string_view bundle, std::string_view name) {
  const auto of_type = fields_.find(type);
  if (of_type == fields_.end()) return;
  const auto field = of_type->second.find(name);
  if (field != of_type->second.end()) field->second.bundles.emplace(bundle);
}

Status SiteSchema::name_tables(Connection& connection) {
  for (const DedicatedBaseField& base : kDedicatedBaseFields) {
    SchemaField field;
    field.name = base.name;
    field.type = "entity_reference";
    field.target_type = base.target;
    field.cardinality = -1;
    field.everywhere = true;
    fields_[std::string(base.entity_type)].insert_or_assign(field.name, std::move(field));
  }
  read_table_names(connection);
  return hash_table_names(connection);
}

/// Takes the names that Drupal itself noted, as far as we may read them.
void SiteSchema::read_table_names(Connection& connection) {
  const auto rows = connection.query(
      names_.expand("SELECT name, value FROM {key_value} WHERE collection = "
                    "'entity.storage_schema.sql' AND name LIKE '%.field\\_schema\\_data.%'"));
  if (!rows) return;  // No right to read it: the rule gives the same names.
  for (int i = 0; i < rows->size(); ++i) {
    const std::string_view name = (*rows)[i].text(0);
    const auto dot = name.find('.');
    const auto of_type = fields_.find(name.substr(0, dot));
    if (of_type == fields_.end()) continue;
    const auto field = of_type->second.find(name.substr(name.rfind('.') + 1));
    if (field == of_type->second.end()) continue;
    const auto schema = parse_php((*rows)[i].bytes(1));
    if (!schema || schema->entries.empty()) continue;
    // The data table comes first, then its twin for revisions.
    field->second.table = schema->entries.front().key;
    if (schema->entries.size() > 1) field->second.revisions = schema->entries[1].key;
  }
}

Status SiteSchema::hash_table_names(Connection& connection) {
  std::vector<std::pair<std::string*, std::string>>
      hashed;  // Where to, and type plus "__" or "_r__".
  std::vector<std::string> unique_ids;
  for (auto& [type, fields] : fields_) {
    for (auto& [name, field] : fields) {
      if (!field.table.empty()) continue;
      std::string field_name = type;
      field_name.append("-").append(name);
      std::string config_name = type;
      config_name.append(".").append(name);
      const auto uuid = uuids_.find(config_name);
      for (const bool revision : {false, true}) {
        if (revision && !is_revisionable(type)) continue;
        std::string& table = revision ? field.revisions : field.table;
        table = plain_table(type, name, revision);
        if (table.size() <= kMaxTableName) continue;
        hashed.emplace_back(&table, type.substr(0, kMaxTypeInHashedName));
        hashed.back().second += revision ? "_r__" : "__";
        unique_ids.push_back(uuid == uuids_.end() ? field_name : uuid->second);
      }
    }
  }
  if (hashed.empty()) return ok();
  const auto rows = connection.query(
      "SELECT left(encode(sha256(convert_to(id, 'UTF8')), 'hex'), 10) FROM unnest($1::text[]) WITH "
      "ORDINALITY AS u(id, n) ORDER BY n",
      {unique_ids});
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < hashed.size(); ++i) {
    *hashed[i].first = hashed[i].second + std::string((*rows)[static_cast<int>(i)].text(0));
  }
  return ok();
}

Status SiteSchema::read_columns(Connection& connection) {
  std::set<std::string> wanted = {"cache_entity", "cachetags"};
  for (const EntityLayout& layout : entity_layouts()) {
    for (const std::string_view table :
         {layout.base, layout.revisions, layout.data, layout.revision_data}) {
      if (!table.empty()) wanted.emplace(table);
    }
  }
  for (const auto& [type, fields] : fields_) {
    for (const auto& [name, field] : fields) {
      wanted.insert(field.table);
      wanted.insert(field.revisions);
    }
  }
  std::vector<std::string> prefixed;
  prefixed.reserve(wanted.size());
  for (const std::string& table : wanted) prefixed.push_back(names_.prefix() + table);
  const auto rows = connection.query(
      "SELECT c.relname, a.attname, t.typname FROM pg_class c JOIN pg_namespace n ON n.oid = "
      "c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
      "a.attisdropped JOIN pg_type t ON t.oid = a.atttypid WHERE n.nspname = $1 AND c.relkind = "
      "ANY('{r,p,v,m}') AND c.relname = ANY($2::text[]) ORDER BY c.relname, a.attnum",
      {names_.schema(), prefixed});
  if (!rows) return rows.error();
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    tables_[std::string(row.text(0).substr(names_.prefix().size()))].emplace_back(row.text(1),
                                                                                  row.text(2));
  }
  return ok();
}

void SiteSchema::add_base_fields(const EntityLayout& layout) {
  add_base_columns(layout, layout.fields());
  if (!layout.data.empty()) add_base_columns(layout, layout.base);
}

void SiteSchema::add_base_columns(const EntityLayout& layout, std::string_view table) {
  const auto columns = tables_.find(table);
  if (columns == tables_.end()) return;
  for (const auto& [column, sql_type] : columns->second) {
    if (is_private(column, sql_type)) continue;
    // `description__value` is the property `value` of `description`.
    const auto split = column.find("__");
    const std::string name = column.substr(0, split);
    Fields& fields = fields_[std::string(layout.type)];
    const auto [found, added] = fields.try_emplace(name);
    SchemaField& field = found->second;
    if (!added && (field.dedicated || field.table != table)) continue;
    const bool reference = column.ends_with("__target_id");
    std::string property = split == std::string::npos ? "value" : column.substr(split + 2);
    if (added) {
      field.name = name;
      field.table = table;
      field.dedicated = false;
      field.everywhere = true;
      field.type = reference ? "entity_reference" : "";
      for (const BaseField& known : kBaseFields) {
        if (known.name != name) continue;
        if (!known.entity_type.empty() && known.entity_type != layout.type) continue;
        field.type = known.type;
        field.target_type = known.target;
      }
    }
    if (split == std::string::npos && field.type.ends_with("entity_reference")) {
      property = "target_id";
    }
    if (field.type == "dynamic_entity_reference") field.target_type_column = "entity_type_id";
    field.sql_types[property] = sql_type;
    field.columns[std::move(property)] = column;
  }
}

/// Notes the columns of fields with tables of their own; drops fields whose table is not there.
void SiteSchema::settle_columns() {
  constexpr std::array<std::string_view, 6> kCommon = {"bundle",      "deleted",  "entity_id",
                                                       "revision_id", "langcode", "delta"};
  for (auto& [type, fields] : fields_) {
    std::erase_if(fields, [&](const auto& entry) { return !tables_.contains(entry.second.table); });
    for (auto& [name, field] : fields) {
      if (!field.dedicated) continue;
      if (!tables_.contains(field.revisions)) field.revisions.clear();
      for (const auto& [column, sql_type] : tables_.find(field.table)->second) {
        if (std::ranges::find(kCommon, column) != kCommon.end()) continue;
        if (!column.starts_with(name + "_")) continue;
        const std::string property = column.substr(name.size() + 1);
        field.columns[property] = column;
        field.sql_types[property] = sql_type;
      }
    }
  }
}

}  // namespace moodlesync::postgres
