#pragma once

#include <span>
#include <string_view>

namespace moodlesync::postgres {

/// Where Drupal keeps the entities of one type. An empty name means that there is none.
///
/// Trap: `vid` is the revision in node's tables and the vocabulary in taxonomy_term's.
/// Source: Drupal 8.9 to 11.1, SqlContentEntityStorageSchema; contrib profile and registration as
/// read in source. The names are those that the entity types' definitions leave at their defaults.
struct EntityLayout {
  std::string_view type;
  std::string_view base;    ///< One row per entity; the only table that capture needs to watch.
  std::string_view id;      ///< The id's column, the same in every table of the type.
  std::string_view bundle;  ///< Column of `base` and `data`; empty: see `only_bundle`.
  std::string_view only_bundle;  ///< What a type without bundles uses in its field tables.
  std::string_view revision;     ///< Column of `base`; NULL for a moment inside every create.
  std::string_view revisions;    ///< Table with one row per revision.
  std::string_view data;         ///< One row per language; base fields live here when it exists.
  std::string_view revision_data;
  std::string_view langcode;    ///< Column of `base`; without it field rows are written as `und`.
  std::string_view uuid;        ///< Column of `base`.
  std::string_view label;       ///< Column of fields().
  std::string_view status;      ///< Column of fields(): published, or not blocked.
  std::string_view changed;     ///< Column of fields(): Unix seconds of the last save.
  std::string_view owner;       ///< Column of `base`: the id of the entity that it belongs to.
  std::string_view owner_type;  ///< The owner's entity type, where it is always the same.
  std::string_view owner_type_column;  ///< Column of `base` with the owner's type, where it is not.

  std::string_view state = {};     ///< Column of `base`: a state of `workflow`.
  std::string_view workflow = {};  ///< Column of `base`: whose states say what is active.

  /// The table that holds the base fields. Of a data table read `default_langcode = 1` only.
  [[nodiscard]] constexpr std::string_view fields() const { return data.empty() ? base : data; }
  [[nodiscard]] constexpr bool is_revisionable() const { return !revision.empty(); }
  [[nodiscard]] constexpr bool is_translatable() const { return !data.empty(); }
};

/// All types whose entities can be a source or belong to one.
[[nodiscard]] std::span<const EntityLayout> entity_layouts();
/// The layout of `type`, or nullptr.
[[nodiscard]] const EntityLayout* find_layout(std::string_view type);

}  // namespace moodlesync::postgres
