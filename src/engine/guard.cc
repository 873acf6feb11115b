#include "engine/guard.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace moodlesync::engine {

namespace {

void compare(std::vector<std::string>& objections, std::string_view what, std::string_view recorded,
             std::string_view present) {
  if (recorded == present) return;
  objections.push_back(std::string(what) + " was '" + std::string(recorded) +
                       "' at install and is '" + std::string(present) + "' now");
}

/// Instances that start at the same time may advance the epoch between two reads of ours.
constexpr int kLooks = 3;

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
                                          std::string_view configured_url) {
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
  return objections;
}

std::vector<std::string> folder_objections(const Site::Record& record,
                                           const StateFolder::Memory& memory) {
  const bool agrees =
      !record.epoch.empty() && (record.epoch == memory.epoch || record.epoch == memory.next);
  // A crash may have come between the folder's first note and the database's.
  const bool is_first = memory.epoch.empty() && !record.has_folders;
  if (agrees || is_first) return {};
  if (memory.id.empty()) {
    return {
        "state_dir is empty, and other state folders have worked with this database: this is a "
        "further instance, or the folder was lost, or the database is a copy"};
  }
  if (record.epoch.empty()) {
    return {
        "the database does not know this state_dir, which has worked with another one: the "
        "database was installed anew, or comes from a backup or a copy"};
  }
  return {
      "the epoch in state_dir is not the one that the database holds for it: one of the two was "
      "restored from a backup or a copy"};
}

Result<std::vector<std::string>> Guard::objections(const StateFolder::Memory& memory) {
  const auto record = site_.record(memory.id);
  if (!record) return record.error();
  const auto observed = site_.observe();
  if (!observed) return observed.error();
  std::vector<std::string> found = guard_objections(*record, *observed, configured_url_);
  std::vector<std::string> of_folder = folder_objections(*record, memory);
  std::ranges::move(of_folder, std::back_inserter(found));
  return found;
}

Status Guard::check() {
  Result<std::vector<std::string>> found = objections(memory_);
  for (int look = 1; found && !found->empty() && look < kLooks; ++look) {
    Result<StateFolder::Memory> memory = folder_.read();
    if (!memory) return std::move(memory).error();
    // A folder that vanished says nothing against the database.
    if (!memory->id.empty()) memory_ = *std::move(memory);
    found = objections(memory_);
  }
  if (!found) return std::move(found).error();
  if (found->empty()) return ok();
  std::string message =
      "this database is not the site that was installed, so nothing is written to Moodle and the "
      "queue is kept:";
  for (const std::string& objection : *found) message += " " + objection + ";";
  message += " if this is meant to be so, run `moodle-syncd adopt-site`";
  return Error{ErrorKind::kConfig, "guard", std::move(message)};
}

Status Guard::advance() { return folder_.advance(site_); }

}  // namespace moodlesync::engine
