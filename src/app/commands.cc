#include "app/commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "app/check.h"
#include "app/command_start.h"
#include "app/connection_option.h"
#include "app/epoch_file.h"
#include "app/guard_view.h"
#include "engine/guard.h"

namespace moodlesync::app {

namespace {

ExitCode print_steps(const Result<std::vector<std::string>>& steps, Console console) {
  if (!steps) return complain(steps.error(), console);
  for (const std::string& step : *steps) console.out << step << "\n";
  return ExitCode::kOk;
}

/// What the state folder says against the database to somebody who is about to start from it.
std::vector<std::string> folder_state(const Settings& settings, Site& site) {
  const auto memory = EpochFile(settings.state_dir).read();
  if (!memory) return {memory.error().message};
  const auto record = site.record(memory->id);
  if (!record) return {record.error().message};
  return engine::folder_objections(*record, *memory);
}

/// Bringing the triggers of a copied database up to date would make the copy look installed.
Status may_install(const Settings& settings, DrupalDatabase& database) {
  const auto objections = guard_view(settings, database.site());
  if (!objections) {
    return objections.error().code == "not_installed" ? ok() : Status(objections.error());
  }
  if (objections->empty()) return ok();
  std::string message = "this database was installed for another site:";
  for (const std::string& objection : *objections) message += " " + objection + ";";
  return Error{ErrorKind::kConfig, "guard",
               message + " if it is to be this one, run `moodle-syncd adopt-site` first"};
}

Status mapping_fits(const Settings& settings, DrupalDatabase& database, Console console) {
  const auto faults = database.reader().prepare(settings.sources());
  if (!faults) return faults.error();
  for (const SettingsFault& fault : *faults) {
    console.err << to_string(fault.origin) << ": " << fault.message << "\n";
  }
  if (faults->empty()) return ok();
  return Error{ErrorKind::kConfig, "mapping", "nothing was installed: the mapping does not fit"};
}

/// The owner's way into the database that the configuration speaks of, where one is named.
Result<Settings> for_owner(Settings settings, const ConnectionOption& owner) {
  if (owner.connection.empty()) return settings;
  if (auto objection = objection_to_connection(owner.connection)) {
    return Error{ErrorKind::kConfig, "bad_connection_string", *std::move(objection)};
  }
  auto password = read_password(owner.password_file);
  if (!password) return std::move(password).error();
  settings.drupal.connection = owner.connection;
  settings.drupal.password = *std::move(password);
  settings.drupal_scheme = scheme_of(owner.connection);
  return settings;
}

void print_comparison(const SiteIdentity& recorded, const SiteIdentity& present, Console console) {
  const auto line = [&](std::string_view what, const std::string& was, const std::string& is) {
    console.out << (was == is ? "  " : "* ") << what << ": " << (was.empty() ? "-" : was);
    if (was != is) console.out << " -> " << (is.empty() ? "-" : is);
    console.out << "\n";
  };
  line("site URL", recorded.site_url, present.site_url);
  line("site uuid", recorded.site_uuid, present.site_uuid);
  line("PostgreSQL cluster", recorded.system_identifier, present.system_identifier);
  line("database", recorded.database_name, present.database_name);
  line("database oid", recorded.database_oid, present.database_oid);
  line("schema", recorded.schema, present.schema);
  line("table prefix", recorded.prefix, present.prefix);
}

/// Records the site in front of us on both sides. Other state folders stay known only while the
/// site is the recorded one: a copy that becomes a site of its own must not be taken for ours by
/// the others.
Status adopt(const Settings& settings, Site& site, const SiteIdentity& recorded,
             const SiteIdentity& present) {
  if (recorded != present) {
    if (Status adopted = site.adopt(present); !adopted) return adopted;
  }
  return EpochFile(settings.state_dir).adopt(site);
}

}  // namespace

ExitCode check(const Invocation& invocation, const Rooms& rooms, Console console) {
  Findings findings;
  const LoadedSettings loaded =
      load_settings(invocation.config, rooms.components, rooms.environment);
  findings.add_settings(loaded.report);
  if (loaded.settings && !invocation.config_only) {
    check_drupal(*loaded.settings, rooms, findings);
    check_moodle(*loaded.settings, rooms, findings);
  }
  if (invocation.json) {
    findings.print_json(console.out);
  } else {
    findings.print_text(console.out);
  }
  return findings.exit_code();
}

ExitCode install(const Invocation& invocation, const Rooms& rooms, Console console) {
  auto configured = settings_or_complaint(invocation, rooms, console);
  if (!configured) return ExitCode::kConfig;
  const auto settings = for_owner(*std::move(configured), invocation.owner);
  if (!settings) return complain(settings.error(), console);
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  if (const Status fits = mapping_fits(*settings, **database, console); !fits) {
    return complain(fits.error(), console);
  }
  if (const Status may = may_install(*settings, **database); !may) {
    return complain(may.error(), console);
  }
  return print_steps(
      (*database)->installer().install(settings->sources(), settings->engine.site_url), console);
}

ExitCode uninstall(const Invocation& invocation, const Rooms& rooms, Console console) {
  auto configured = settings_or_complaint(invocation, rooms, console);
  if (!configured) return ExitCode::kConfig;
  const auto settings = for_owner(*std::move(configured), invocation.owner);
  if (!settings) return complain(settings.error(), console);
  if (!invocation.yes) {
    console.err << "This takes the schema moodle_sync with its queue and all links, and our "
                   "triggers, out of Drupal's database. Drupal's own data stay as they are. To do "
                   "it, run: moodle-syncd uninstall --yes\n";
    return ExitCode::kUsage;
  }
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  return print_steps((*database)->installer().uninstall(), console);
}

ExitCode adopt_site(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  Site& site = (*database)->site();
  const auto record = site.record({});
  if (!record) return complain(record.error(), console);
  auto present = site.observe();
  if (!present) return complain(present.error(), console);
  present->site_url = settings->engine.site_url;
  print_comparison(record->recorded, *present, console);
  for (const std::string& objection : folder_state(*settings, site)) {
    console.out << "* state folder: " << objection << "\n";
  }
  if (!invocation.yes) {
    console.err << "Nothing was changed. If Moodle (" << settings->moodle.base_url
                << ") is to be kept in step with this site from now on, run: moodle-syncd "
                   "adopt-site --yes\n";
    return ExitCode::kUsage;
  }
  if (const Status adopted = adopt(*settings, site, record->recorded, *present); !adopted) {
    return complain(adopted.error(), console);
  }
  const auto left = guard_view(*settings, site);
  if (!left) return complain(left.error(), console);
  for (const std::string& objection : *left) console.err << "still: " << objection << "\n";
  console.out << "adopted\n";
  return left->empty() ? ExitCode::kOk : ExitCode::kGuard;
}

ExitCode version(const Invocation& invocation, const Rooms& rooms, Console console) {
  if (invocation.json) {
    nlohmann::ordered_json object;
    for (const auto& [name, number] : rooms.versions) object[name] = number;
    console.out << object.dump(2) << "\n";
    return ExitCode::kOk;
  }
  for (const auto& [name, number] : rooms.versions) console.out << name << " " << number << "\n";
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
