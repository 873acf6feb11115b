#include "drupal/postgres/cache_places.h"

#include <array>
#include <string>

#include "drupal/postgres/php_serialize.h"

namespace moodlesync::postgres {

namespace {

/// What the names of modules contain that bring a cache of their own.
constexpr std::array<std::string_view, 5> kElsewhere = {"redis", "valkey", "memcache", "apcu",
                                                        "filecache"};

constexpr std::string_view kAdvice =
    "set drupal.invalidate_command or drupal.invalidate_url (docs/drupal-setup.md, \"Caches "
    "outside the database\"); without it Drupal goes on showing, and may save, the empty field "
    "until it drops the copy by itself, and the daemon writes the id again when it was lost";

/// The enabled modules of that kind, by name.
Result<std::string> modules(Connection& connection, const TableNames& names) {
  auto rows = connection.query(
      names.expand("SELECT data FROM {config} WHERE collection = '' AND name = 'core.extension'"));
  if (!rows) return std::move(rows).error();
  std::string found;
  if (rows->empty()) return found;
  const auto extensions = parse_php((*rows)[0].bytes(0));
  const PhpValue* enabled = extensions ? extensions->find("module") : nullptr;
  if (enabled == nullptr) return found;
  for (const PhpEntry& module : enabled->entries) {
    for (const std::string_view name : kElsewhere) {
      if (module.key.find(name) == std::string::npos) continue;
      found += (found.empty() ? "" : ", ") + module.key;
      break;
    }
  }
  return found;
}

Result<bool> has_entity_cache(Connection& connection, const TableNames& names) {
  auto rows =
      connection.query("SELECT to_regclass($1) IS NOT NULL", {names.drupal("cache_entity")});
  if (!rows) return std::move(rows).error();
  return (*rows)[0].flag(0);
}

}  // namespace

Result<std::vector<Finding>> check_caches(Connection& connection, const TableNames& names,
                                          bool told) {
  using Level = Finding::Level;
  auto elsewhere = modules(connection, names);
  // The right to read `config` is a matter of the rights' own findings.
  if (!elsewhere && elsewhere.error().kind == ErrorKind::kConfig) return std::vector<Finding>{};
  if (!elsewhere) return std::move(elsewhere).error();
  auto in_database = has_entity_cache(connection, names);
  if (!in_database) return std::move(in_database).error();
  if (told) {
    return std::vector{Finding{
        Level::kOk, "caches outside the database are told of every id that is written", ""}};
  }
  if (!elsewhere->empty()) {
    return std::vector{
        Finding{Level::kWarning,
                "Drupal has a module that keeps caches outside the database (" + *elsewhere +
                    "); whether its entity cache is among them only settings.php says",
                std::string(kAdvice)}};
  }
  if (!*in_database) {
    return std::vector{Finding{Level::kWarning,
                               "Drupal has no table " + names.drupal("cache_entity") +
                                   ": it keeps its entity cache outside the database, or has "
                                   "never loaded an entity",
                               std::string(kAdvice)}};
  }
  return std::vector{Finding{Level::kOk,
                             "Drupal's entity cache is in the database, as far as the database "
                             "shows ($settings['cache'] in settings.php is not visible from here)",
                             ""}};
}

}  // namespace moodlesync::postgres
