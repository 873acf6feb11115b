#include "drupal/postgres/site.h"

#include "drupal/postgres/migrations.h"
#include "drupal/postgres/php_serialize.h"

namespace moodlesync::postgres {

namespace {

constexpr std::string_view kRecord = R"sql(
SELECT site_url, site_uuid, system_identifier, database_name, database_oid, prefix, schema
FROM {moodle_sync.site})sql";

/// The version of our schema from which on it knows state folders.
constexpr int kKnowsFolders = 2;

/// $1 the state folder that asks.
constexpr std::string_view kFolder = R"sql(
SELECT count(*) > 0, coalesce(min(epoch) FILTER (WHERE id = $1), '')
FROM {moodle_sync.state_folder})sql";

constexpr std::string_view kAdopt = R"sql(
WITH forgotten AS (DELETE FROM {moodle_sync.state_folder})
INSERT INTO {moodle_sync.site} (site_url, site_uuid, system_identifier, database_name, database_oid,
                                prefix, schema)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (only_row) DO UPDATE SET
  site_url = excluded.site_url, site_uuid = excluded.site_uuid,
  system_identifier = excluded.system_identifier, database_name = excluded.database_name,
  database_oid = excluded.database_oid, prefix = excluded.prefix, schema = excluded.schema)sql";

constexpr std::string_view kJoin = R"sql(
INSERT INTO {moodle_sync.state_folder} (id, epoch) VALUES ($1, $2)
ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, advanced_at = now())sql";

constexpr std::string_view kAdvance = R"sql(
UPDATE {moodle_sync.state_folder} SET epoch = $3, advanced_at = now()
WHERE id = $1 AND epoch = $2)sql";

Error not_installed(const TableNames& names) {
  return {ErrorKind::kConfig, "not_installed",
          "the schema " + names.our_schema() +
              " is not in this database, names no site or is outdated: run `moodle-syncd "
              "install`"};
}

}  // namespace

Result<std::string> SiteRecord::config_value(std::string_view object, std::string_view key) {
  auto rows = connection_.query(
      names_.expand("SELECT data FROM {config} WHERE collection = '' AND name = $1"), {object});
  if (!rows) return std::move(rows).error().in("reading Drupal's " + std::string(object));
  if (rows->empty()) return std::string{};
  const auto parsed = parse_php((*rows)[0].bytes(0));
  if (!parsed) return Error(parsed.error()).in("reading Drupal's " + std::string(object));
  const PhpValue* value = parsed->find(key);
  return value == nullptr ? std::string{} : value->as_text();
}

Result<Site::Record> SiteRecord::record(std::string_view folder) {
  auto version = schema_version(connection_, names_);
  if (!version) return std::move(version).error();
  if (*version == 0) return not_installed(names_);
  auto rows = connection_.query(names_.expand(kRecord));
  if (!rows) return std::move(rows).error().in("reading the recorded site");
  if (rows->empty()) return not_installed(names_);
  auto old_module_url = config_value("moodle_sync.settings", "drupalpath");
  if (!old_module_url) return std::move(old_module_url).error();
  const Row row = (*rows)[0];
  Record record;
  record.recorded = {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                     std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)),
                     std::string(row.text(6))};
  record.schema_version = *version;
  record.old_module_url = *std::move(old_module_url);
  if (*version < kKnowsFolders) return record;
  auto known = connection_.query(names_.expand(kFolder), {folder});
  if (!known) return std::move(known).error().in("reading the state folders");
  record.has_folders = (*known)[0].flag(0);
  record.epoch = (*known)[0].text(1);
  return record;
}

/// Hosted services may forbid the function: then the value is empty and not compared.
Result<std::string> SiteRecord::system_identifier() {
  auto rows = connection_.query("SELECT system_identifier FROM pg_control_system()");
  if (rows) return std::string((*rows)[0].text(0));
  if (rows.error().code == "42501" || rows.error().code == "42883") return std::string{};
  return std::move(rows).error();
}

Result<SiteIdentity> SiteRecord::observe() {
  auto database =
      connection_.query("SELECT datname, oid FROM pg_database WHERE datname = current_database()");
  if (!database) return std::move(database).error().in("observing the database");
  auto identifier = system_identifier();
  if (!identifier) return std::move(identifier).error().in("observing the database");
  auto uuid = config_value("system.site", "uuid");
  if (!uuid) return std::move(uuid).error();
  SiteIdentity identity;
  identity.site_uuid = *std::move(uuid);
  identity.system_identifier = *std::move(identifier);
  identity.database_name = (*database)[0].text(0);
  identity.database_oid = (*database)[0].text(1);
  identity.prefix = names_.prefix();
  identity.schema = names_.schema();
  return identity;
}

Status SiteRecord::adopt(const SiteIdentity& identity) {
  auto rows = connection_.execute(
      names_.expand(kAdopt),
      {identity.site_url, identity.site_uuid, identity.system_identifier, identity.database_name,
       identity.database_oid, identity.prefix, identity.schema});
  if (!rows) return std::move(rows).error().in("recording the site");
  return ok();
}

Status SiteRecord::join(std::string_view folder, std::string_view epoch) {
  auto rows = connection_.execute(names_.expand(kJoin), {folder, epoch});
  if (!rows && rows.error().code == "42P01") return not_installed(names_);
  if (!rows) return std::move(rows).error().in("recording the state folder");
  return ok();
}

Status SiteRecord::advance_epoch(std::string_view folder, std::string_view from,
                                 std::string_view to) {
  auto rows = connection_.execute(names_.expand(kAdvance), {folder, from, to});
  if (!rows) return std::move(rows).error().in("advancing the epoch");
  if (rows->affected() == 1) return ok();
  return Error{ErrorKind::kConfig, "epoch_differs",
               "the database holds another epoch than the state file: one of them was restored "
               "or copied"};
}

}  // namespace moodlesync::postgres
