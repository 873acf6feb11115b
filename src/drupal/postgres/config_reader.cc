#include "drupal/postgres/config_reader.h"

#include <utility>

#include "drupal/postgres/php_serialize.h"

namespace moodlesync::postgres {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const PhpValue& value);

/// PHP knows one kind of array: one whose keys count from 0 is a list.
bool is_list(const PhpValue& value) {
  for (std::size_t i = 0; i < value.entries.size(); ++i) {
    if (value.entries[i].key != std::to_string(i)) return false;
  }
  return !value.entries.empty();
}

Json entries_to_json(const PhpValue& value) {
  if (is_list(value)) {
    Json list = Json::array();
    for (const PhpEntry& entry : value.entries) list.push_back(to_json(entry.value));
    return list;
  }
  Json object = Json::object();
  for (const PhpEntry& entry : value.entries) object[entry.key] = to_json(entry.value);
  return object;
}

Json to_json(const PhpValue& value) {
  switch (value.kind) {
    case PhpValue::Kind::kNull:
      return {};
    case PhpValue::Kind::kBool:
      return value.integer != 0;
    case PhpValue::Kind::kInt:
      return value.integer;
    case PhpValue::Kind::kDouble:
      return value.number;
    case PhpValue::Kind::kArray:
    case PhpValue::Kind::kObject:
      return entries_to_json(value);
    default:
      return value.text;
  }
}

}  // namespace

Result<DrupalConfig::Objects> ConfigReader::read(std::string_view prefix) {
  auto there = connection_.query("SELECT to_regclass($1) IS NOT NULL", {names_.drupal("config")});
  if (!there) return std::move(there).error();
  if (!(*there)[0].flag(0)) {
    return Error{
        ErrorKind::kConfig, "no_drupal",
        "there is no table " + names_.drupal("config") + "; are the schema and the prefix right?"};
  }
  auto rows =
      connection_.query(names_.expand("SELECT name, data FROM {config} WHERE collection = '' AND "
                                      "starts_with(name, $1) ORDER BY name"),
                        {prefix});
  if (!rows) return std::move(rows).error().in("reading Drupal's configuration");
  Objects objects;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    std::string name(row.text(0));
    const auto value = parse_php(row.bytes(1));
    if (value) {
      objects.by_name.emplace(std::move(name), to_json(*value));
    } else {
      objects.unreadable.emplace(std::move(name), value.error().message);
    }
  }
  return objects;
}

}  // namespace moodlesync::postgres
