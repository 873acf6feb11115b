#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/drupal_site/editor_form.h"
#include "support/drupal_site/entity_loader.h"
#include "support/drupal_site/entity_writer.h"
#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

class PostgresCluster;

struct DrupalSiteOptions {
  std::string schema = "public";
  std::string prefix = {};
  std::string langcode = "en";
  bool cache_tables = true;  ///< False: Drupal keeps its caches elsewhere (Redis).
};

struct FieldSpec {
  std::string entity_type;
  std::vector<std::string> bundles;
  std::string name;
  std::string type = "string";
  int cardinality = 1;  ///< -1: unlimited.
  std::string target_type = {};
  bool translatable = false;
  /// Of a list: (value, label).
  std::vector<std::pair<std::string, std::string>> allowed_values = {};
};

struct NewEntity {
  std::string bundle;
  BaseValues base = {};
  Fields fields = {};
  std::string langcode = {};  ///< Empty: the site's.
};

struct Changes {
  BaseValues base = {};
  Fields fields = {};  ///< An empty list clears the field.
};

struct SaveOptions {
  bool new_revision = false;
  bool draft = false;         ///< A pending revision (content moderation).
  std::string langcode = {};  ///< The translation to change; made when it is new. Empty: default.
  /// Copied from this revision first: a revert, or a draft being published.
  std::optional<std::int64_t> from_revision = std::nullopt;
  std::function<void()> before_commit = {};  ///< Runs when all is written and nothing committed.
};

/// A Drupal 10.2 site in a database: real tables, real configuration rows, entities written with
/// Drupal's own statements in Drupal's own order. Each object is one PHP process with a connection
/// of its own.
///
/// `add_vocabulary` and `add_node_type` come with a text field `field_moodle_id`.
///
/// Errors: SqlError when PostgreSQL refuses, std::invalid_argument for an unknown field or type.
class DrupalSite {
 public:
  /// Makes the site's tables in an empty database, or takes over those of a template (which holds
  /// no vocabularies, types or fields yet).
  explicit DrupalSite(const std::string& connection, const DrupalSiteOptions& options = {});
  /// A new site in a database of its own; cloned from a template, so it takes milliseconds.
  [[nodiscard]] static DrupalSite fresh(PostgresCluster& cluster,
                                        const DrupalSiteOptions& options = {});

  /// The same site in another PHP process, with a connection of its own and what is known of the
  /// fields now.
  [[nodiscard]] DrupalSite another_process() const;

  void add_vocabulary(const std::string& id);
  void add_node_type(const std::string& id);
  void add_profile_type(const std::string& id) { add_bundle("profile", id); }
  void add_registration_type(const std::string& id) { add_bundle("registration", id); }
  /// Without any field.
  void add_bundle(const std::string& entity_type, const std::string& id);
  void add_language(const std::string& langcode);
  /// Makes the field, or adds bundles to it when it is there.
  void add_field(const FieldSpec& spec);
  /// What "delete field" leaves until cron has purged: rows with deleted = 1, no configuration.
  void remove_field(const std::string& entity_type, const std::string& bundle,
                    const std::string& name);

  std::int64_t create(const std::string& entity_type, const NewEntity& values,
                      const SaveOptions& options = {});
  std::int64_t create_node(const std::string& type, const std::string& title, Fields fields = {},
                           BaseValues base = {});
  /// `parents` empty: at the root.
  std::int64_t create_term(const std::string& vocabulary, const std::string& name,
                           const std::vector<std::int64_t>& parents = {}, Fields fields = {},
                           BaseValues base = {});
  std::int64_t create_user(const std::string& name, Fields fields = {}, BaseValues base = {});
  std::int64_t create_profile(const std::string& type, std::int64_t uid, Fields fields = {},
                              BaseValues base = {});
  std::int64_t create_registration(const std::string& type, std::int64_t host_node,
                                   std::int64_t uid, Fields fields = {}, BaseValues base = {});
  /// Tens of thousands in seconds.
  std::vector<std::int64_t> create_many(const std::string& entity_type,
                                        const std::vector<NewEntity>& values);

  /// Loads (through the cache, as PHP does), changes, saves.
  void save(const EntityId& id, const Changes& changes, const SaveOptions& options = {});
  /// Saves an entity object that was loaded earlier, with whatever it held then.
  void save_loaded(SiteEntity entity, const Changes& changes, const SaveOptions& options = {});
  void save_node(std::int64_t nid, const Changes& changes, const SaveOptions& options = {}) {
    save({"node", nid}, changes, options);
  }
  void save_term(std::int64_t tid, const Changes& changes, const SaveOptions& options = {}) {
    save({"taxonomy_term", tid}, changes, options);
  }
  void save_user(std::int64_t uid, const Changes& changes, const SaveOptions& options = {}) {
    save({"user", uid}, changes, options);
  }
  void remove(const std::string& entity_type, const std::vector<std::int64_t>& ids);
  /// The stamp of a page view: past the entity API, base row untouched.
  void stamp_access(std::int64_t uid);

  /// As a page request loads it: from the cache row while there is a valid one. Throws when gone.
  [[nodiscard]] SiteEntity load(const EntityId& id);
  /// As stored in the tables.
  [[nodiscard]] SiteEntity load_from_tables(const EntityId& id);
  [[nodiscard]] SiteEntity load_revision(const EntityId& id, std::int64_t revision);
  [[nodiscard]] std::int64_t latest_revision(const EntityId& id);
  [[nodiscard]] bool has(const EntityId& id);
  [[nodiscard]] bool is_cached(const EntityId& id);
  [[nodiscard]] std::int64_t tag_count(const std::string& tag);
  /// Opens the entity's edit form in a browser.
  [[nodiscard]] EditorForm open_form(const EntityId& id);

  [[nodiscard]] const FieldStorage& field(const std::string& entity_type,
                                          const std::string& name) const;
  [[nodiscard]] const std::string& connection() const { return connection_; }
  [[nodiscard]] const DrupalSiteOptions& options() const { return options_; }
  [[nodiscard]] std::string uuid();  ///< system.site
  /// For statements that are not Drupal's: `site.sql().run("UPDATE " + site.table("node") + …)`.
  [[nodiscard]] Session& sql() { return site_->session; }
  [[nodiscard]] std::string table(const std::string& name) const { return site_->table(name); }
  [[nodiscard]] SiteContext& context() { return *site_; }

 private:
  friend class EditorForm;
  void install();
  void know_base_fields(bool create);
  [[nodiscard]] SiteEntity new_entity(const std::string& entity_type, const NewEntity& values);
  void apply(SiteEntity& entity, const std::string& langcode, const Changes& changes) const;

  std::string connection_;
  DrupalSiteOptions options_;
  std::unique_ptr<SiteContext> site_;
};

}  // namespace moodlesync::testsupport
