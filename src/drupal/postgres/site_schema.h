#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/result.h"

namespace moodlesync::postgres {

/// One field of an entity type, wherever Drupal keeps it.
struct SchemaField {
  std::string name;
  std::string type;         ///< Drupal's field type: string, text_long, entity_reference, …
  std::string target_type;  ///< Of a reference: node, taxonomy_term, user_role, …
  /// Of a reference whose target's type stands in each row: that column (registration's host).
  std::string target_type_column;
  int cardinality = 1;  ///< -1: unlimited.

  std::string table;      ///< Drupal's name without prefix.
  std::string revisions;  ///< The same for revisions; empty where there are none.
  bool dedicated = true;  ///< The table holds this field alone, one row per value.
  std::map<std::string, std::string, std::less<>> columns;    ///< Property → column.
  std::map<std::string, std::string, std::less<>> sql_types;  ///< Property → pg_type.typname.
  /// Of a list (list_string …): what a stored value is called on the site.
  std::map<std::string, std::string, std::less<>> labels;
  bool everywhere = false;                     ///< A base field: on all bundles.
  std::set<std::string, std::less<>> bundles;  ///< Those that it was added to.

  /// What `field_x` without a column means: value, target_id or uri; empty if it has none of them.
  [[nodiscard]] std::string_view main_property() const;
  [[nodiscard]] bool is_on(std::string_view bundle) const {
    return everywhere || bundles.contains(bundle);
  }
};

/// The site's bundles, languages and fields, read from Drupal's own configuration and checked
/// against the tables that are really there.
///
/// Field types, cardinality and reference targets come from `config`; table names from `key_value`
/// when we may read it, else from Drupal's rule (48 characters, then a hash). Passwords are no
/// field. A field without tables (custom storage) does not exist for us.
///
/// Threads: the event loop's only. Errors: those of Connection; kConfig with code `no_drupal` when
/// there is no `config` table where the settings say.
class SiteSchema {
 public:
  explicit SiteSchema(const TableNames& names) : names_(names) {}

  /// Reads everything anew; on failure what was known stays.
  [[nodiscard]] Status refresh(Connection& connection);
  [[nodiscard]] bool is_loaded() const { return revision_ > 0; }
  /// Grows with each refresh: plans made from an earlier one are out of date. 0: nothing read yet.
  [[nodiscard]] int revision() const { return revision_; }

  [[nodiscard]] bool has_table(std::string_view table) const { return tables_.contains(table); }
  /// Bundles of a type with bundles.
  [[nodiscard]] const std::set<std::string, std::less<>>& bundles(std::string_view type) const;
  /// Language codes whose rows Drupal reads, with `und` and `zxx`.
  [[nodiscard]] const std::vector<std::string>& languages() const { return languages_; }
  /// (workflow, state) of the registration module's workflows whose registrations do not count.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& inactive_states() const {
    return inactive_states_;
  }
  /// The field `name` of a bundle, or nullptr. An empty bundle: of any.
  [[nodiscard]] const SchemaField* field(std::string_view type, std::string_view bundle,
                                         std::string_view name) const;
  /// The names of all fields of a bundle.
  [[nodiscard]] std::vector<std::string> field_names(std::string_view type,
                                                     std::string_view bundle) const;

 private:
  using Columns = std::vector<std::pair<std::string, std::string>>;  ///< Name and type, in order.
  using Fields = std::map<std::string, SchemaField, std::less<>>;

  [[nodiscard]] Status read_config(Connection& connection);
  void add_config(std::string_view name, const std::string& data);
  void add_field_storage(const std::string& data);
  void add_workflow(std::string_view name, const std::string& data);
  void add_field(std::string_view type, std::string_view bundle, std::string_view name);
  [[nodiscard]] Status name_tables(Connection& connection);
  void read_table_names(Connection& connection);
  [[nodiscard]] Status hash_table_names(Connection& connection);
  [[nodiscard]] Status read_columns(Connection& connection);
  void add_base_fields(const EntityLayout& layout);
  void add_base_columns(const EntityLayout& layout, std::string_view table);
  void settle_columns();

  TableNames names_;
  int revision_ = 0;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> bundles_;
  std::vector<std::string> languages_;
  std::vector<std::pair<std::string, std::string>> inactive_states_;
  std::map<std::string, Fields, std::less<>> fields_;      ///< By entity type.
  std::map<std::string, std::string, std::less<>> uuids_;  ///< "type.field" → storage uuid.
  std::map<std::string, Columns, std::less<>> tables_;     ///< What is really there.
};

}  // namespace moodlesync::postgres
