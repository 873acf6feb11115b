#include "engine/guard.h"

#include "base/text.h"

namespace moodlesync::engine {

namespace {

void compare(std::vector<std::string>& objections, std::string_view what, std::string_view recorded,
             std::string_view present) {
  if (recorded == present) return;
  objections.push_back(std::string(what) + " was '" + std::string(recorded) +
                       "' at install and is '" + std::string(present) + "' now");
}

/// The old module accepts a comma-separated list of URLs.
bool names_url(std::string_view list, std::string_view url) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (normalised_url(base::trim(list.substr(0, comma))) == url) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

std::string normalised_url(std::string_view url) {
  url = base::trim(url);
  while (url.ends_with('/')) url.remove_suffix(1);
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (path == std::string_view::npos) return base::ascii_lower(url);
  return base::ascii_lower(url.substr(0, path)) + std::string(url.substr(path));
}

std::vector<std::string> guard_objections(const Site::Record& record, const SiteIdentity& observed,
                                          std::string_view configured_url,
                                          std::string_view local_epoch) {
  std::vector<std::string> objections;
  const SiteIdentity& recorded = record.recorded;
  const std::string configured = normalised_url(configured_url);
  if (configured != normalised_url(recorded.site_url)) {
    objections.push_back("drupal.site_url is '" + std::string(configured_url) +
                         "' but this database was installed for '" + recorded.site_url + "'");
  }
  if (!record.old_module_url.empty() && !names_url(record.old_module_url, configured)) {
    objections.push_back("the old moodle_sync module allows only '" + record.old_module_url +
                         "' (setting drupalpath) and drupal.site_url is '" +
                         std::string(configured_url) + "'");
  }
  compare(objections, "Drupal's site uuid", recorded.site_uuid, observed.site_uuid);
  compare(objections, "the database name", recorded.database_name, observed.database_name);
  compare(objections, "the database's oid", recorded.database_oid, observed.database_oid);
  compare(objections, "the table prefix", recorded.prefix, observed.prefix);
  compare(objections, "the schema", recorded.schema, observed.schema);
  if (!recorded.system_identifier.empty() && !observed.system_identifier.empty()) {
    compare(objections, "the PostgreSQL cluster's identifier", recorded.system_identifier,
            observed.system_identifier);
  }
  if (!local_epoch.empty() && local_epoch != record.epoch) {
    objections.emplace_back(
        "the epoch in the local state file is not the one in the database: one of them was "
        "restored from a copy");
  }
  return objections;
}

Status Guard::check() {
  const auto record = site_.record();
  if (!record) return record.error();
  const auto observed = site_.observe();
  if (!observed) return observed.error();
  const auto objections = guard_objections(*record, *observed, configured_url_, local_epoch_);
  if (objections.empty()) return ok();
  std::string message =
      "this database is not the site that was installed, so nothing is written to Moodle and the "
      "queue is kept:";
  for (const std::string& objection : objections) message += " " + objection + ";";
  message += " if it was moved on purpose, run `moodle-syncd adopt-site`";
  return Error{ErrorKind::kConfig, "guard", std::move(message)};
}

}  // namespace moodlesync::engine
