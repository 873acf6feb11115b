#include "support/drupal_site/drupal_site.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "support/drupal_site/config_rows.h"
#include "support/drupal_site/key_value_rows.h"
#include "support/drupal_site/tables.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::testsupport {

namespace {

std::string now() { return std::to_string(std::time(nullptr)); }

SiteEntity found(const EntityId& id, std::optional<SiteEntity> entity) {
  if (!entity) throw std::invalid_argument(id.type + " " + std::to_string(id.id) + " is gone");
  return *std::move(entity);
}

}  // namespace

DrupalSite::DrupalSite(const std::string& connection, const DrupalSiteOptions& options)
    : connection_(connection), options_(options), site_(std::make_unique<SiteContext>(connection)) {
  site_->schema = options.schema;
  site_->prefix = options.prefix;
  site_->default_langcode = options.langcode;
  site_->languages = {options.langcode, "und", "zxx"};
  if (site_->has_table("config")) {
    know_base_fields(false);
  } else {
    install();
  }
}

DrupalSite DrupalSite::fresh(PostgresCluster& cluster, const DrupalSiteOptions& options) {
  const std::string name = "drupal/" + options.schema + "/" + options.prefix + "/" +
                           options.langcode + (options.cache_tables ? "" : "/uncached");
  const std::string connection = cluster.create_database(
      name, [&](const std::string& database) { DrupalSite(database, options); });
  // A clone does not inherit its template's settings; Drupal's installer makes this one.
  PostgresCluster::run(connection,
                       "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET bytea_output = escape', "
                       "current_database()); END $$");
  return DrupalSite(connection, options);
}

DrupalSite DrupalSite::another_process() const {
  DrupalSite other(connection_, options_);
  other.site_->languages = site_->languages;
  other.site_->fields = site_->fields;
  return other;
}

void DrupalSite::install() {
  SiteContext& site = *site_;
  site.session.script(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET bytea_output = escape', "
      "current_database()); END $$");
  create_core_tables(site, options_.cache_tables);
  write_site_config(site, new_uuid(site), "Test site");
  for (const std::string& langcode : site.languages) write_language(site, langcode);
  for (const EntityKind& kind : entity_kinds()) write_entity_type(site, kind);
  know_base_fields(true);
  // The anonymous visitor and the first administrator.
  site.session.script("INSERT INTO " + site.table("users") + " (uid, uuid, langcode) VALUES (0, '" +
                      new_uuid(site) + "', '" + options_.langcode + "')");
  site.session.script("INSERT INTO " + site.table("users_field_data") +
                      " (uid, langcode, name, status, created, changed, access, default_langcode)"
                      " VALUES (0, '" +
                      options_.langcode + "', '', 0, " + now() + ", " + now() + ", 0, 1)");
  create_user("admin", {{"roles", {"administrator"}}}, {{"mail", "admin@example.org"}});
}

void DrupalSite::know_base_fields(bool create) {
  FieldStorage parent{"taxonomy_term",
                      "parent",
                      field_type("entity_reference"),
                      "taxonomy_term",
                      -1,
                      false,
                      "",
                      {},
                      "taxonomy_term__parent",
                      "taxonomy_term_revision__parent"};
  FieldStorage roles{
      "user",        "roles", field_type("entity_reference", true), "user_role", -1, false, "", {},
      "user__roles", ""};
  for (FieldStorage& field : std::vector<FieldStorage>{parent, roles}) {
    if (create) {
      create_field_tables(*site_, field, field.entity_type + "-" + field.name);
      write_field_schema(*site_, field);
    }
    site_->fields.push_back(std::move(field));
  }
}

void DrupalSite::add_bundle(const std::string& entity_type, const std::string& id) {
  write_bundle(*site_, entity_kind(entity_type).bundle_type, id);
}

void DrupalSite::add_vocabulary(const std::string& id) {
  add_bundle("taxonomy_term", id);
  add_field({.entity_type = "taxonomy_term", .bundles = {id}, .name = "field_moodle_id"});
}

void DrupalSite::add_node_type(const std::string& id) {
  add_bundle("node", id);
  add_field({.entity_type = "node", .bundles = {id}, .name = "field_moodle_id"});
}

void DrupalSite::add_language(const std::string& langcode) {
  site_->languages.insert(langcode);
  write_language(*site_, langcode);
}

void DrupalSite::add_field(const FieldSpec& spec) {
  const auto is_it = [&](const FieldStorage& field) {
    return field.entity_type == spec.entity_type && field.name == spec.name;
  };
  auto known = std::find_if(site_->fields.begin(), site_->fields.end(), is_it);
  if (known == site_->fields.end()) {
    static const std::set<std::string> kConfigTypes = {"user_role", "node_type",
                                                       "taxonomy_vocabulary", "workflow"};
    FieldStorage field{spec.entity_type,
                       spec.name,
                       field_type(spec.type, kConfigTypes.contains(spec.target_type)),
                       spec.target_type,
                       spec.cardinality,
                       spec.translatable,
                       new_uuid(*site_),
                       {},
                       "",
                       "",
                       spec.allowed_values};
    create_field_tables(*site_, field, field.uuid);
    write_field_storage(*site_, field);
    write_field_schema(*site_, field);
    site_->fields.push_back(std::move(field));
    known = site_->fields.end() - 1;
  }
  for (const std::string& bundle : spec.bundles) {
    known->bundles.insert(bundle);
    write_field(*site_, *known, bundle);
  }
  write_bundle_field_map(*site_, spec.entity_type);
}

void DrupalSite::remove_field(const std::string& entity_type, const std::string& bundle,
                              const std::string& name) {
  const FieldStorage& storage = field(entity_type, name);
  for (const std::string& table : {storage.data_table, storage.revision_table}) {
    if (table.empty()) continue;
    site_->session.run("UPDATE " + site_->table(table) + " SET deleted = 1 WHERE bundle = $1",
                       {bundle});
  }
  delete_config(*site_, "field.field." + entity_type + "." + bundle + "." + name);
  for (FieldStorage& known : site_->fields) {
    if (known.entity_type == entity_type && known.name == name) known.bundles.erase(bundle);
  }
}

const FieldStorage& DrupalSite::field(const std::string& entity_type,
                                      const std::string& name) const {
  for (const FieldStorage& field : site_->fields) {
    if (field.entity_type == entity_type && field.name == name) return field;
  }
  throw std::invalid_argument(entity_type + " has no field " + name);
}

void DrupalSite::apply(SiteEntity& entity, const std::string& langcode,
                       const Changes& changes) const {
  // A new translation starts as a copy of the default one's base fields.
  if (!entity.translations.contains(langcode)) {
    entity.translations[langcode].base = entity.main().base;
  }
  Translation& translation = entity.translations.at(langcode);
  for (const auto& [column, value] : changes.base) translation.base[column] = value;
  for (const auto& [name, items] : changes.fields) {
    const FieldStorage& storage = field(entity.type, name);
    Items named = items;
    for (Item& item : named) {
      auto main = item.columns.extract("");
      if (main.empty()) continue;
      main.key() = storage.type.main_property();
      item.columns.insert(std::move(main));
    }
    if (named.empty()) {
      translation.fields.erase(name);
    } else {
      translation.fields[name] = std::move(named);
    }
  }
}

SiteEntity DrupalSite::new_entity(const std::string& entity_type, const NewEntity& values) {
  const EntityKind& kind = entity_kind(entity_type);
  SiteEntity entity;
  entity.type = entity_type;
  entity.bundle = kind.bundle_key.empty() ? entity_type : values.bundle;
  entity.langcode = values.langcode.empty() ? options_.langcode : values.langcode;
  if (!kind.translatable()) entity.langcode = "und";
  BaseValues& base = entity.translations[entity.langcode].base;
  for (const auto& [column, value] : kind.defaults) base[column] = value;
  for (const char* stamp : {"created", "changed", "revision_timestamp", "revision_created"}) {
    base[stamp] = now();
  }
  for (const char* author : {"revision_uid", "revision_user"}) base[author] = "1";
  apply(entity, entity.langcode, {values.base, values.fields});
  return entity;
}

std::int64_t DrupalSite::create(const std::string& entity_type, const NewEntity& values,
                                const SaveOptions& options) {
  SiteEntity entity = new_entity(entity_type, values);
  entity.uuid = new_uuid(*site_);
  EntityWriter(*site_).save(entity, nullptr,
                            {.is_new = true, .before_commit = options.before_commit});
  return entity.id;
}

std::int64_t DrupalSite::create_node(const std::string& type, const std::string& title,
                                     Fields fields, BaseValues base) {
  base["title"] = title;
  return create("node", {type, std::move(base), std::move(fields)});
}

std::int64_t DrupalSite::create_term(const std::string& vocabulary, const std::string& name,
                                     const std::vector<std::int64_t>& parents, Fields fields,
                                     BaseValues base) {
  base["name"] = name;
  for (const std::int64_t parent : parents) fields["parent"].emplace_back(parent);
  if (parents.empty()) fields["parent"] = {"0"};
  return create("taxonomy_term", {vocabulary, std::move(base), std::move(fields)});
}

std::int64_t DrupalSite::create_user(const std::string& name, Fields fields, BaseValues base) {
  base["name"] = name;
  for (const char* column : {"preferred_langcode", "preferred_admin_langcode"}) {
    base.try_emplace(column, options_.langcode);
  }
  return create("user", {"user", std::move(base), std::move(fields)});
}

std::int64_t DrupalSite::create_profile(const std::string& type, std::int64_t uid, Fields fields,
                                        BaseValues base) {
  base["uid"] = std::to_string(uid);
  return create("profile", {type, std::move(base), std::move(fields)});
}

std::int64_t DrupalSite::create_registration(const std::string& type, std::int64_t host_node,
                                             std::int64_t uid, Fields fields, BaseValues base) {
  base["entity_id"] = std::to_string(host_node);
  base["user_uid"] = std::to_string(uid);
  return create("registration", {type, std::move(base), std::move(fields)});
}

std::vector<std::int64_t> DrupalSite::create_many(const std::string& entity_type,
                                                  const std::vector<NewEntity>& values) {
  const Rows uuids = site_->session.run("SELECT gen_random_uuid() FROM generate_series(1, $1::int)",
                                        {std::to_string(values.size())});
  std::vector<SiteEntity> entities;
  for (const NewEntity& value : values) {
    entities.push_back(new_entity(entity_type, value));
    if (entity_type == "taxonomy_term") {
      entities.back().main().fields.try_emplace(
          "parent", Items{Item(std::map<std::string, std::string>{{"target_id", "0"}})});
    }
    entities.back().uuid = uuids[entities.size() - 1][0].value_or("");
  }
  EntityWriter(*site_).create_many(entities);
  std::vector<std::int64_t> ids;
  ids.reserve(entities.size());
  for (const SiteEntity& entity : entities) ids.push_back(entity.id);
  return ids;
}

void DrupalSite::save(const EntityId& id, const Changes& changes, const SaveOptions& options) {
  save_loaded(load(id), changes, options);
}

void DrupalSite::save_loaded(SiteEntity entity, const Changes& changes,
                             const SaveOptions& options) {
  const EntityId id{entity.type, entity.id};
  const SiteEntity original = load(id);
  if (options.from_revision) {
    entity = load_revision(id, *options.from_revision);
    entity.revision = original.revision;
  }
  const std::string langcode = options.langcode.empty() ? entity.langcode : options.langcode;
  apply(entity, langcode, changes);
  const bool differs = entity.translations != original.translations;
  if (differs && !changes.base.contains("changed")) {
    entity.translations.at(langcode).base["changed"] = now();
  }
  EntityWriter(*site_).save(entity, &original,
                            {.new_revision = options.new_revision || options.from_revision,
                             .draft = options.draft,
                             .before_commit = options.before_commit});
}

void DrupalSite::remove(const std::string& entity_type, const std::vector<std::int64_t>& ids) {
  std::vector<SiteEntity> entities;
  entities.reserve(ids.size());
  for (const std::int64_t id : ids) entities.push_back(load({entity_type, id}));
  EntityWriter(*site_).remove(entity_type, entities);
}

void DrupalSite::stamp_access(std::int64_t uid) {
  site_->session.run("UPDATE " + site_->table("users_field_data") +
                         " SET access = extract(epoch FROM now())::int WHERE uid = $1",
                     {std::to_string(uid)});
  if (options_.cache_tables) {
    site_->session.run("DELETE FROM " + site_->table("cache_entity") + " WHERE cid = $1",
                       {"values:user:" + std::to_string(uid)});
  }
}

SiteEntity DrupalSite::load(const EntityId& id) { return found(id, EntityLoader(*site_).load(id)); }

SiteEntity DrupalSite::load_from_tables(const EntityId& id) {
  return found(id, EntityLoader(*site_).load_from_tables(id));
}

SiteEntity DrupalSite::load_revision(const EntityId& id, std::int64_t revision) {
  return found(id, EntityLoader(*site_).load_revision(id, revision));
}

std::int64_t DrupalSite::latest_revision(const EntityId& id) {
  return EntityLoader(*site_).latest_revision(id);
}

bool DrupalSite::has(const EntityId& id) {
  return EntityLoader(*site_).load_from_tables(id).has_value();
}

bool DrupalSite::is_cached(const EntityId& id) {
  return site_->session
      .cell("SELECT 1 FROM " + site_->table("cache_entity") + " WHERE cid = $1",
            {"values:" + id.type + ":" + std::to_string(id.id)})
      .has_value();
}

std::int64_t DrupalSite::tag_count(const std::string& tag) {
  return site_->session.number("SELECT coalesce(sum(invalidations), 0) FROM " +
                                   site_->table("cachetags") + " WHERE tag = $1",
                               {tag});
}

EditorForm DrupalSite::open_form(const EntityId& id) { return EditorForm(*this, load(id)); }

std::string DrupalSite::uuid() {
  const Cell stored = site_->session.cell(
      "SELECT substring(convert_from(data, 'UTF8') from '\"uuid\";s:36:\"([0-9a-f-]+)\"') FROM " +
      site_->table("config") + " WHERE collection = '' AND name = 'system.site'");
  return stored.value_or("");
}

}  // namespace moodlesync::testsupport
