#include "drupal/postgres/installer.h"

#include <algorithm>

#include "drupal/postgres/cache_places.h"
#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/migrations.h"
#include "drupal/postgres/rights.h"
#include "drupal/postgres/seed.h"
#include "drupal/postgres/trigger_watch.h"

namespace moodlesync::postgres {

namespace {

/// identity columns, GENERATED, pg_current_xact_id and what Drupal 10 itself asks for are older.
constexpr std::int64_t kOldestServer = 130'000;

Finding pooled_finding(bool notify) {
  const std::string what = "the database is reached through a pooler such as PgBouncer";
  if (!notify) return {Finding::Level::kOk, what + "; changes are found by polling", ""};
  return {Finding::Level::kWarning,
          what +
              "; if it pools transactions, notifications do not arrive and changes are found by "
              "polling only",
          "connect to PostgreSQL itself, or set drupal.notify: false"};
}

Finding schema_finding(int version, const TableNames& names) {
  const int ours = newest_schema_version();
  if (version == ours) return {Finding::Level::kOk, "the schema is up to date", ""};
  return {Finding::Level::kProblem,
          "the schema " + names.our_schema() + " has version " + std::to_string(version) +
              ", this program works with " + std::to_string(ours),
          version > ours ? "use the newer moodle-syncd" : "run `moodle-syncd install`"};
}

bool same_site(const SiteIdentity& one, SiteIdentity other) {
  // A role that may not read the identifier leaves it empty: then it tells nothing.
  if (one.system_identifier.empty() || other.system_identifier.empty()) {
    other.system_identifier = one.system_identifier;
  }
  return one == other;
}

}  // namespace

Status SchemaInstaller::check_server() {
  auto rows = connection_.query("SELECT current_setting('server_version_num'), to_regclass($1)",
                                {names_.drupal("config")});
  if (!rows) return std::move(rows).error();
  if ((*rows)[0].integer(0) < kOldestServer) {
    return Error{ErrorKind::kConfig, "postgres_too_old", "PostgreSQL 13 or newer is needed"};
  }
  if ((*rows)[0].is_null(1)) {
    return Error{ErrorKind::kConfig, "no_drupal",
                 "there is no table " + names_.drupal("config") +
                     ": are the database, the schema and the prefix those of the Drupal site?"};
  }
  return ok();
}

Status SchemaInstaller::record_site(std::string_view site_url, Lines& done) {
  auto observed = site_.observe();
  if (!observed) return std::move(observed).error();
  observed->site_url = site_url;
  auto record = site_.record({});
  if (!record) {
    if (record.error().code != "not_installed") return std::move(record).error();
    if (auto adopted = site_.adopt(*observed); !adopted) return adopted;
    done.push_back("recorded the site " + std::string(site_url));
    return ok();
  }
  if (same_site(record->recorded, *observed)) return ok();
  return Error{ErrorKind::kConfig, "site_differs",
               "the schema " + names_.our_schema() + " was installed for " +
                   record->recorded.site_url + " in the database " +
                   record->recorded.database_name +
                   ": if this is a copy or has moved on purpose, run `moodle-syncd adopt-site`"};
}

Status SchemaInstaller::drop_unneeded(std::span<const CaptureTable> plan, Lines& done) {
  auto functions = triggers_.functions();
  if (!functions) return std::move(functions).error();
  for (const std::string& function : *functions) {
    const bool needed = std::any_of(plan.begin(), plan.end(), [&](const CaptureTable& table) {
      return table.function == function;
    });
    if (needed) continue;
    if (auto dropped = triggers_.drop(function); !dropped) return dropped;
    done.push_back("removed " + function + ", which is no longer needed");
  }
  return ok();
}

Status SchemaInstaller::put_triggers(std::span<const CaptureTable> plan, Lines& done) {
  using Is = TriggerState::Is;
  auto states = triggers_.inspect(plan);
  if (!states) return std::move(states).error();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Is is = (*states)[i].is;
    if (is == Is::kGood || (is == Is::kNoTable && plan[i].optional)) continue;
    if (is == Is::kNoTable) {
      return Error{ErrorKind::kConfig, "no_drupal",
                   "Drupal has no table " + names_.drupal(plan[i].table) +
                       ": is the module that makes it installed?"};
    }
    if (auto put = triggers_.put(plan[i], is); !put) return put;
    done.push_back((is == Is::kOutdated ? "updated the trigger on " : "put the trigger on ") +
                   plan[i].table);
    for (const std::string& type : plan[i].concerns) {
      auto distrusted = distrust_links(connection_, names_, type);
      if (!distrusted) return std::move(distrusted).error();
      if (*distrusted == 0) continue;
      done.push_back("the next sweep looks at " + std::to_string(*distrusted) + " entities of " +
                     type + " again");
    }
  }
  return ok();
}

Result<std::vector<std::string>> SchemaInstaller::install(std::span<const SourceSpec> sources,
                                                          std::string_view site_url) {
  if (auto server = check_server(); !server) return std::move(server).error().in("installing");
  auto migrated = migrate(connection_, names_);
  if (!migrated) return std::move(migrated).error().in("installing");
  Lines done = *std::move(migrated);
  const auto plan = plan_capture(names_, sources, options_.notify);
  if (auto recorded = record_site(site_url, done); !recorded) {
    return std::move(recorded).error().in("installing");
  }
  if (auto dropped = drop_unneeded(plan, done); !dropped) {
    return std::move(dropped).error().in("installing");
  }
  if (auto put = put_triggers(plan, done); !put) return std::move(put).error().in("installing");
  // Last: with the triggers in place no id that is typed from now on is overlooked.
  if (auto seeded = seed_links(connection_, names_, sources, done); !seeded) {
    return std::move(seeded).error().in("installing");
  }
  return done;
}

Result<std::vector<std::string>> SchemaInstaller::uninstall() {
  auto there = connection_.query("SELECT to_regnamespace($1) IS NOT NULL",
                                 {quote_identifier(names_.our_schema())});
  if (!there) return std::move(there).error().in("uninstalling");
  if (!(*there)[0].flag(0)) return Lines{"there is no schema " + names_.our_schema()};
  auto version = schema_version(connection_, names_);
  if (!version) return std::move(version).error().in("uninstalling");
  if (*version == 0) {
    return Error{ErrorKind::kConfig, "not_ours",
                 "the schema " + names_.our_schema() + " was not made by moodle-syncd"};
  }
  Lines done;
  if (auto dropped = drop_unneeded({}, done); !dropped) {
    return std::move(dropped).error().in("uninstalling");
  }
  if (auto dropped = triggers_.drop_schema(); !dropped) {
    return std::move(dropped).error().in("uninstalling");
  }
  done.push_back("removed the schema " + names_.our_schema());
  return done;
}

Result<std::vector<Finding>> SchemaInstaller::check_triggers(std::span<const SourceSpec> sources) {
  const auto plan = plan_capture(names_, sources, options_.notify);
  auto states = triggers_.inspect(plan);
  if (!states) return std::move(states).error();
  std::vector<Finding> findings;
  for (const TriggerState& state : *states) {
    using Is = TriggerState::Is;
    if (state.is == Is::kNoTable && state.optional) continue;
    Finding finding;
    finding.what = "the trigger on " + state.table + " " + std::string(describe(state.is));
    if (state.is == Is::kNoTable) {
      finding.level = Finding::Level::kProblem;
      finding.advice =
          "install the Drupal module that makes the table, or correct `schema` and "
          "`prefix` in the configuration";
    } else if (state.is != Is::kGood) {
      finding.level = Finding::Level::kProblem;
      finding.advice = "run `moodle-syncd install` as the owner of the schema";
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

Result<std::vector<Finding>> SchemaInstaller::check(std::span<const SourceSpec> sources) {
  if (auto server = check_server(); !server) {
    if (server.error().kind != ErrorKind::kConfig) return std::move(server).error().in("checking");
    return std::vector{Finding{Finding::Level::kProblem, server.error().message,
                               "correct `database` in the configuration"}};
  }
  auto version = schema_version(connection_, names_);
  if (!version && version.error().kind != ErrorKind::kConfig) {
    return std::move(version).error().in("checking");
  }
  std::vector<Finding> findings;
  if (version) findings.push_back(schema_finding(*version, names_));
  auto rights = check_rights(connection_, names_, sources);
  if (!rights) return std::move(rights).error().in("checking");
  findings.insert(findings.end(), rights->begin(), rights->end());
  auto triggers = check_triggers(sources);
  if (!triggers) return std::move(triggers).error().in("checking");
  findings.insert(findings.end(), triggers->begin(), triggers->end());
  auto caches = check_caches(connection_, names_, options_.outside_caches);
  if (!caches) return std::move(caches).error().in("checking");
  findings.insert(findings.end(), caches->begin(), caches->end());
  if (connection_.is_pooled()) findings.push_back(pooled_finding(options_.notify));
  return findings;
}

}  // namespace moodlesync::postgres
