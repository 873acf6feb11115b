#include "app/check.h"

#include <set>
#include <utility>

#include "app/ask.h"
#include "app/epoch_file.h"
#include "engine/guard.h"

namespace moodlesync::app {

namespace {

constexpr std::string_view kDatabase = "Drupal's database";
constexpr std::string_view kMapping = "mapping";
constexpr std::string_view kGuardArea = "guard";
constexpr std::string_view kMoodle = "Moodle";

void check_site(const Settings& settings, Site& site, Findings& findings) {
  const auto memory = EpochFile(settings.state_dir).read();
  if (!memory) {
    findings.problem(kGuardArea, memory.error().message, {}, exit_code_for(memory.error()));
    return;
  }
  const auto record = site.record(memory->id);
  if (!record) {
    const bool missing = record.error().code == "not_installed";
    findings.problem(kGuardArea, record.error().message,
                     missing ? "run `moodle-syncd install`" : "", exit_code_for(record.error()));
    return;
  }
  const auto observed = site.observe();
  if (!observed) {
    findings.problem(kGuardArea, observed.error().message, {}, exit_code_for(observed.error()));
    return;
  }
  auto objections = engine::guard_objections(*record, *observed, settings.engine.site_url);
  for (std::string& objection : engine::folder_objections(*record, *memory)) {
    objections.push_back(std::move(objection));
  }
  for (const std::string& objection : objections) {
    findings.problem(kGuardArea, objection,
                     "if this database is meant to be synced from now on, run `moodle-syncd "
                     "adopt-site`; if it is a copy, leave it alone",
                     ExitCode::kGuard);
  }
  if (objections.empty()) findings.ok(kGuardArea, "this is the site that was installed");
}

void check_mapping(DrupalReader& reader, std::span<const SourceSpec> sources, Findings& findings) {
  const auto faults = reader.prepare(sources);
  if (!faults) {
    findings.problem(kMapping, faults.error().message, {}, exit_code_for(faults.error()));
    return;
  }
  for (const SettingsFault& fault : *faults) {
    findings.problem(kMapping, to_string(fault.origin) + ": " + fault.message,
                     "correct the configuration, or create the field in Drupal (Structure > "
                     "Content types, Taxonomy or Configuration > Account settings > Manage fields)",
                     ExitCode::kConfig);
  }
  if (faults->empty()) findings.ok(kMapping, "every field is there");
}

std::string how_to_add(const std::string& function) {
  return "Site administration > Server > Web services > External services > Functions > Add "
         "functions: " +
         function;
}

void check_functions(const Settings& settings, const MoodleSite& site, Findings& findings) {
  std::set<std::string> needed;
  std::set<std::string> useful;
  for (const auto& component : settings.components) {
    for (const std::string_view function : component->functions()) needed.emplace(function);
    for (const std::string_view function : component->optional_functions()) {
      useful.emplace(function);
    }
  }
  std::size_t missing = 0;
  for (const std::string& function : needed) {
    if (site.functions.contains(function)) continue;
    ++missing;
    findings.problem(kMoodle, "the token's service lacks the function " + function,
                     how_to_add(function), ExitCode::kConfig);
  }
  for (const std::string& function : useful) {
    if (site.functions.contains(function) || needed.contains(function)) continue;
    findings.warning(kMoodle,
                     "the token's service lacks the function " + function +
                         ", with which some cases would sort themselves out",
                     how_to_add(function));
  }
  if (missing == 0) {
    findings.ok(kMoodle, "the token's service has all " + std::to_string(needed.size()) +
                             " functions that this configuration needs");
  }
}

/// Asks for every capability that can be seen, and names the others.
void check_capabilities(const Settings& settings, Gateway& gateway, const MoodleSite& site,
                        Findings& findings) {
  std::set<std::string_view> unseen;
  std::set<std::string_view> missing;
  for (const auto& component : settings.components) {
    for (const std::string_view capability : component->capabilities()) unseen.insert(capability);
  }
  for (const auto& component : settings.components) {
    for (RightProbe& probe : component->right_probes()) {
      if (!site.functions.contains(probe.call.function->name)) continue;
      const Result<Json> answer = ask(gateway, put(gateway, std::move(probe.call)));
      unseen.erase(probe.capability);
      if (probe.is_missing(answer)) missing.insert(probe.capability);
    }
  }
  for (const std::string_view capability : missing) {
    findings.problem(kMoodle, "the token's account lacks the capability " + std::string(capability),
                     "Site administration > Users > Permissions > Define roles: allow it in the "
                     "account's system role",
                     ExitCode::kNoPermission);
  }
  if (unseen.empty()) return;
  std::string names;
  for (const std::string_view name : unseen) names.append(names.empty() ? "" : ", ").append(name);
  findings.ok(kMoodle,
              "these capabilities show only when they are used, so compare the account's "
              "role with docs/moodle-setup.md: " +
                  names);
}

void remind(const Settings& settings, const MoodleSite& site, Findings& findings) {
  for (const auto& component : settings.components) {
    for (Reminder& reminder : component->reminders()) {
      if (site.version < reminder.since) continue;
      findings.warning(kMoodle, std::move(reminder.what), std::move(reminder.advice));
    }
  }
}

void check_limits(const Settings& settings, const Gateway& gateway, const MoodleSite& site,
                  Findings& findings) {
  if (site.max_input_vars < settings.moodle.max_input_vars) {
    findings.warning(kMoodle,
                     "only " + std::to_string(site.max_input_vars) +
                         " form variables get through, fewer than moodle.max_input_vars says; "
                         "calls are kept that small",
                     "raise max_input_vars in the php.ini of Moodle's web server, or lower "
                     "moodle.max_input_vars");
  }
  if (gateway.reads_are_trustworthy()) return;
  findings.warning(kMoodle,
                   "whether the token's account can read is not known, so nothing will be created "
                   "or removed where that depends on finding nothing",
                   "add core_user_get_users_by_field to the service (Site administration > Server "
                   "> Web services > External services > Functions)");
}

}  // namespace

void check_drupal(const Settings& settings, const Rooms& rooms, Findings& findings) {
  const std::vector<SourceSpec> sources = settings.sources();
  const auto database = rooms.open_database(settings.drupal_scheme, settings.drupal);
  if (!database) {
    findings.problem(kDatabase, database.error().message,
                     "check the section drupal:", exit_code_for(database.error()));
    return;
  }
  (*database)->set_sources(sources);
  auto found = (*database)->installer().check(sources);
  if (!found) {
    findings.problem(kDatabase, found.error().message,
                     "check the section drupal: and that the database can be reached from here",
                     exit_code_for(found.error()));
    return;
  }
  for (Finding& finding : *found) findings.add(kDatabase, std::move(finding));
  check_mapping((*database)->reader(), sources, findings);
  check_site(settings, (*database)->site(), findings);
}

void check_moodle(const Settings& settings, const Rooms& rooms, Findings& findings) {
  const auto gateway = rooms.open_gateway(settings.moodle);
  if (!gateway) {
    findings.problem(kMoodle, gateway.error().message,
                     "check the section moodle:", exit_code_for(gateway.error()));
    return;
  }
  const auto site = ask(**gateway, (*gateway)->preflight());
  if (!site) {
    findings.problem(kMoodle, site.error().message,
                     site.error().kind == ErrorKind::kConfig
                         ? ""
                         : "open moodle.url in a browser on this machine; is it up, and out of "
                           "maintenance mode?",
                     exit_code_for(site.error()));
    return;
  }
  findings.ok(kMoodle, site->url + ", release " + site->release + ", account " + site->user_name);
  check_functions(settings, *site, findings);
  check_capabilities(settings, **gateway, *site, findings);
  check_limits(settings, **gateway, *site, findings);
  remind(settings, *site, findings);
}

}  // namespace moodlesync::app
