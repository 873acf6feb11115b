#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::testsupport {

struct ColumnSpec {
  std::string name;
  std::string sql;  ///< Type, NOT NULL and checks.
};

struct TableSpec {
  std::string name;  ///< Empty: this kind of entity has no such table.
  std::vector<ColumnSpec> columns;
  std::vector<std::string> primary_key;
  std::map<std::string, std::string> indexes;  ///< Drupal's index name → column list.
  std::map<std::string, std::string> unique_keys;
};

/// How Drupal stores one entity type. Sources: the entity classes and *StorageSchema classes of
/// Drupal 10.2.5 core; contrib profile 8.x-1.x and registration 3.x.
struct EntityKind {
  std::string id;
  std::string provider;
  std::string php_class;
  std::string id_key;
  std::string revision_key;  ///< Empty: not revisionable.
  std::string bundle_key;
  std::string label_key;
  std::string langcode_key;  ///< Empty: not translatable.
  std::string bundle_type;   ///< Configuration entity type of the bundles.
  TableSpec base, revision, data, revision_data;
  std::map<std::string, std::string> defaults;  ///< Base values of a new entity.

  [[nodiscard]] bool revisionable() const { return !revision_key.empty(); }
  [[nodiscard]] bool translatable() const { return !langcode_key.empty(); }
};

/// node, user, taxonomy_term, profile, registration; throws std::invalid_argument for others.
[[nodiscard]] const EntityKind& entity_kind(std::string_view type);
[[nodiscard]] const std::vector<EntityKind>& entity_kinds();

}  // namespace moodlesync::testsupport
