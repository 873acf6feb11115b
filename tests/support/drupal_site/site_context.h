#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/drupal_site/entity_kind.h"
#include "support/drupal_site/field_type.h"
#include "support/drupal_site/session.h"

namespace moodlesync::testsupport {

/// One item of a field: property → value. A lone text stands for the field type's main property.
struct Item {
  std::map<std::string, std::string> columns;

  Item(const char* main) : columns{{"", main}} {}
  Item(std::string main) : columns{{"", std::move(main)}} {}
  Item(std::int64_t main) : columns{{"", std::to_string(main)}} {}
  Item(std::map<std::string, std::string> all) : columns(std::move(all)) {}
  bool operator==(const Item&) const = default;
};
using Items = std::vector<Item>;
using Fields = std::map<std::string, Items>;
using BaseValues = std::map<std::string, Cell>;

struct EntityId {
  std::string type;
  std::int64_t id = 0;
};

/// What one language of an entity says.
struct Translation {
  BaseValues base;  ///< By column: title, status, description__value, …
  Fields fields;    ///< Fields in tables of their own; no empty lists.
  bool operator==(const Translation&) const = default;
};

/// An entity object in the memory of a PHP request.
struct SiteEntity {
  std::string type;
  std::int64_t id = 0;
  std::int64_t revision = 0;
  std::string bundle;
  std::string uuid;
  std::string langcode;  ///< Of the default translation.
  std::map<std::string, Translation> translations;

  [[nodiscard]] Translation& main() { return translations.at(langcode); }
  [[nodiscard]] const Translation& main() const { return translations.at(langcode); }
  /// The first item's main value of the default translation, or "".
  [[nodiscard]] std::string text(const std::string& field) const;
};

/// A field with tables of its own.
struct FieldStorage {
  std::string entity_type;
  std::string name;
  FieldType type;
  std::string target_type;
  int cardinality = 1;
  bool translatable = false;
  std::string uuid;
  std::set<std::string> bundles;  ///< Empty for a base field: all.
  std::string data_table;
  std::string revision_table;
  std::vector<std::pair<std::string, std::string>> allowed_values = {};  ///< (value, label)

  [[nodiscard]] bool is_base_field() const { return bundles.empty(); }
};

/// What all parts of the test's Drupal share.
struct SiteContext {
  explicit SiteContext(const std::string& connection) : session(connection) {}

  Session session;
  std::string schema = "public";
  std::string prefix;
  std::string default_langcode = "en";
  std::set<std::string> languages;
  std::vector<FieldStorage> fields;

  /// Quoted and qualified.
  [[nodiscard]] std::string table(std::string_view name) const {
    return quote_identifier(schema) + "." + quote_identifier(prefix + std::string(name));
  }
  [[nodiscard]] std::vector<const FieldStorage*> fields_of(std::string_view type,
                                                           std::string_view bundle) const;
  [[nodiscard]] bool has_table(std::string_view name);
};

}  // namespace moodlesync::testsupport
