#include "support/drupal_site/config_rows.h"

namespace moodlesync::testsupport {

namespace {

/// What every configuration entity starts with.
std::vector<Php::Entry> entity_head(SiteContext& site, const std::string& uuid = {}) {
  return {{"uuid", uuid.empty() ? new_uuid(site) : uuid},
          {"langcode", site.default_langcode},
          {"status", true},
          {"dependencies", Php::map({})}};
}

Php with(std::vector<Php::Entry> head, const std::vector<Php::Entry>& rest) {
  head.insert(head.end(), rest.begin(), rest.end());
  return Php::map(head);
}

Php storage_settings(const FieldStorage& field) {
  const std::string& type = field.type.id;
  if (!field.target_type.empty()) return Php::map({{"target_type", field.target_type}});
  if (type == "datetime" || type == "daterange") return Php::map({{"datetime_type", "datetime"}});
  if (type == "string") {
    return Php::map({{"max_length", 255}, {"case_sensitive", false}, {"is_ascii", false}});
  }
  if (type == "decimal") return Php::map({{"precision", 10}, {"scale", 2}});
  if (type.starts_with("list_")) {
    std::vector<Php::Entry> allowed;
    for (const auto& [value, label] : field.allowed_values) {
      allowed.emplace_back(std::to_string(allowed.size()),
                           Php::map({{"value", value}, {"label", label}}));
    }
    return Php::map({{"allowed_values", Php::map(allowed)}, {"allowed_values_function", ""}});
  }
  return Php::map({});
}

/// One state of the workflow that comes with the registration module 3.4.
Php registration_state(const char* label, bool active, bool canceled, bool held, int weight) {
  return Php::map({{"label", label},
                   {"description", std::string("Registration is ") + label + "."},
                   {"active", active},
                   {"canceled", canceled},
                   {"held", held},
                   {"show_on_form", false},
                   {"weight", weight}});
}

void write_registration_workflow(SiteContext& site) {
  write_config(
      site, "workflows.workflow.registration",
      with(entity_head(site),
           {{"id", "registration"},
            {"label", "Registration"},
            {"type", "registration"},
            {"type_settings",
             Php::map(
                 {{"states",
                   Php::map({{"canceled", registration_state("Canceled", false, true, false, 3)},
                             {"complete", registration_state("Complete", true, false, false, 2)},
                             {"held", registration_state("Held", false, false, true, 1)},
                             {"pending", registration_state("Pending", true, false, false, 0)}})},
                  {"transitions", Php::map({})},
                  {"default_registration_state", "pending"},
                  {"complete_registration_state", "complete"}})}}));
}

}  // namespace

std::string new_uuid(SiteContext& site) { return site.session.text("SELECT gen_random_uuid()"); }

void write_config(SiteContext& site, const std::string& name, const Php& data) {
  site.session.run("INSERT INTO " + site.table("config") +
                       " (collection, name, data) VALUES ('', $1, $2) ON CONFLICT (collection, "
                       "name) DO UPDATE SET data = excluded.data",
                   {name, bytea(data.bytes())});
}

void delete_config(SiteContext& site, const std::string& name) {
  site.session.run("DELETE FROM " + site.table("config") + " WHERE collection = '' AND name = $1",
                   {name});
}

void write_site_config(SiteContext& site, const std::string& site_uuid,
                       const std::string& site_name) {
  write_config(site, "system.site",
               Php::map({{"_core", Php::map({{"default_config_hash", "yXadRE77Va"}})},
                         {"langcode", site.default_langcode},
                         {"uuid", site_uuid},
                         {"name", site_name},
                         {"mail", "admin@example.org"},
                         {"slogan", ""},
                         {"page", Php::map({{"403", ""}, {"404", ""}, {"front", "/node"}})},
                         {"admin_compact_mode", false},
                         {"weight_select_max", 100},
                         {"default_langcode", site.default_langcode},
                         {"mail_notification", Php()}}));
  std::vector<Php::Entry> modules;
  for (const char* module : {"block", "datetime", "datetime_range", "field", "filter", "language",
                             "link", "node", "options", "profile", "registration", "search",
                             "system", "taxonomy", "telephone", "text", "user", "pgsql"}) {
    modules.emplace_back(module, 0);
  }
  write_config(site, "core.extension",
               Php::map({{"module", Php::map(modules)},
                         {"theme", Php::map({{"olivero", 0}, {"claro", 0}})},
                         {"profile", "standard"}}));
}

void write_language(SiteContext& site, const std::string& langcode) {
  const bool locked = langcode == "und" || langcode == "zxx";
  write_config(site, "language.entity." + langcode,
               with(entity_head(site), {{"id", langcode},
                                        {"label", langcode},
                                        {"direction", "ltr"},
                                        {"weight", 0},
                                        {"locked", locked}}));
}

void write_bundle(SiteContext& site, const std::string& bundle_type, const std::string& id) {
  if (bundle_type == "taxonomy_vocabulary") {
    write_config(
        site, "taxonomy.vocabulary." + id,
        with(entity_head(site), {{"name", id}, {"vid", id}, {"description", ""}, {"weight", 0}}));
  } else if (bundle_type == "node_type") {
    write_config(site, "node.type." + id,
                 with(entity_head(site), {{"name", id},
                                          {"type", id},
                                          {"description", ""},
                                          {"help", ""},
                                          {"new_revision", true},
                                          {"preview_mode", 1},
                                          {"display_submitted", true}}));
  } else if (bundle_type == "profile_type") {
    write_config(site, "profile.type." + id,
                 with(entity_head(site), {{"id", id},
                                          {"label", id},
                                          {"display_label", ""},
                                          {"multiple", false},
                                          {"registration", false},
                                          {"roles", Php::map({})},
                                          {"allow_revisions", false},
                                          {"new_revision", false}}));
  } else {
    write_registration_workflow(site);
    write_config(site, "registration.type." + id,
                 with(entity_head(site), {{"id", id},
                                          {"label", id},
                                          {"workflow", "registration"},
                                          {"defaultState", "pending"},
                                          {"heldExpireTime", 1},
                                          {"heldExpireState", "canceled"}}));
  }
}

void write_field_storage(SiteContext& site, const FieldStorage& field) {
  const bool core = field.type.module == "core";
  write_config(site, "field.storage." + field.entity_type + "." + field.name,
               with(entity_head(site, field.uuid), {{"id", field.entity_type + "." + field.name},
                                                    {"field_name", field.name},
                                                    {"entity_type", field.entity_type},
                                                    {"type", field.type.id},
                                                    {"settings", storage_settings(field)},
                                                    {"module", core ? "core" : field.type.module},
                                                    {"locked", false},
                                                    {"cardinality", field.cardinality},
                                                    {"translatable", true},
                                                    {"indexes", Php::map({})},
                                                    {"persist_with_no_fields", false},
                                                    {"custom_storage", false}}));
}

void write_field(SiteContext& site, const FieldStorage& field, const std::string& bundle) {
  Php settings = Php::map({});
  if (!field.target_type.empty()) {
    settings = Php::map({{"handler", "default:" + field.target_type},
                         {"handler_settings", Php::map({{"target_bundles", Php()},
                                                        {"sort", Php::map({{"field", "_none"}})},
                                                        {"auto_create", false}})}});
  }
  const std::string id = field.entity_type + "." + bundle + "." + field.name;
  write_config(site, "field.field." + id,
               with(entity_head(site), {{"id", id},
                                        {"field_name", field.name},
                                        {"entity_type", field.entity_type},
                                        {"bundle", bundle},
                                        {"label", field.name},
                                        {"description", ""},
                                        {"required", false},
                                        {"translatable", field.translatable},
                                        {"default_value", Php::map({})},
                                        {"default_value_callback", ""},
                                        {"settings", settings},
                                        {"field_type", field.type.id}}));
}

}  // namespace moodlesync::testsupport
