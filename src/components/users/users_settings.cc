#include "components/users/users_settings.h"

#include <algorithm>
#include <array>

#include "base/source_settings.h"
#include "base/text.h"

namespace moodlesync::users {

namespace {

/// Moodle fields that have keys of their own.
struct OwnKey {
  std::string_view field;
  std::string_view advice;
};
constexpr auto kOwnKeys = std::to_array<OwnKey>({
    {"auth", "is not mapped: it is the key 'auth'"},
    {"password", "is not mapped: see the key 'password'"},
    {"createpassword", "is not mapped: write password: createpassword"},
    {"suspended", "is not mapped: see the key 'suspend_blocked'"},
    {"idnumber", "is always the user's id in Drupal; see the key 'idnumber_prefix'"},
    {"url", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
    {"icq", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
    {"skype", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
    {"aim", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
    {"yahoo", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
    {"msn", "is no longer a field of Moodle's (since 4.0): map it to a custom profile field"},
});

std::string unknown_field(std::string_view name) {
  const auto* const own = std::ranges::find(kOwnKeys, name, &OwnKey::field);
  if (own != kOwnKeys.end()) return std::string(own->advice);
  std::vector<std::string> known;
  for (const UserField& field : user_fields()) known.emplace_back(field.rule.field);
  const std::string_view meant = base::nearest(name, known);
  std::string message = "is no field of a Moodle user";
  if (!meant.empty()) message.append("; did you mean '").append(meant).append("'?");
  return message;
}

/// Asks for the path that stands at `name` of the mapping `names`; of a profile, captures it too.
std::string wish_entry(UserSource& source, Section& names, const std::string& name,
                       const std::string& path) {
  const std::size_t before = source.spec.fields.size();
  std::string written = base::wish_path(source.spec, path, {}, names, name);
  if (source.spec.fields.size() == before) return written;
  const FieldWish& wish = source.spec.fields.back();
  std::vector<OwnedSpec>& owned = source.spec.owned;
  const bool is_known =
      wish.path.profile.empty() ||
      std::ranges::find(owned, wish.path.profile, &OwnedSpec::bundle) != owned.end();
  // A profile's save concerns its user; its values are read by the path.
  if (!is_known) owned.push_back({"profile", wish.path.profile, {}, wish.origin});
  return written;
}

void read_fields(UserSource& source, Section& section) {
  std::vector<std::pair<std::string, std::string>> mapping = section.mapping("fields");
  const auto add_default = [&mapping](std::string_view name, std::string_view path) {
    const bool is_mapped =
        std::ranges::any_of(mapping, [name](const auto& entry) { return entry.first == name; });
    if (!is_mapped) mapping.emplace_back(name, path);
  };
  Section names = section.section("fields");
  add_default("username", "name");
  add_default("email", "mail");
  for (const auto& [name, path] : mapping) {
    if (path.empty() || (name == "idnumber" && (path == "id" || path == "uid"))) continue;
    const UserField* field = find_user_field(name);
    if (field == nullptr) {
      names.fault(name, unknown_field(name));
      continue;
    }
    source.fields.push_back({field, wish_entry(source, names, name, path)});
  }
  for (const std::string_view required : {"username", "firstname", "lastname", "email"}) {
    const bool is_mapped = std::ranges::any_of(
        source.fields,
        [required](const MappedField& mapped) { return mapped.field->rule.field == required; });
    if (!is_mapped) {
      section.fault("fields", "must say where " + std::string(required) + " comes from");
    }
  }
}

void read_named(UserSource& source, Section& section, std::string_view key,
                std::map<std::string, std::string>& into) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  Section names = section.section(key);
  for (const auto& [name, path] : section.mapping(key)) {
    if (path.empty()) continue;
    if (name.find_first_not_of(kAllowed) != std::string::npos) {
      names.fault(name, "is no short name: only letters, digits, _ and -");
      continue;
    }
    into[name] = wish_entry(source, names, name, path);
  }
}

void read_account(UserSource& source, Section& section) {
  source.auth = section.text("auth", "oauth2");
  const bool refused = source.auth == "webservice" || source.auth == "mnet";
  const base::ParamRule rule{.field = "auth", .type = base::ParamType::kPlugin};
  if (source.auth.empty() || refused || !base::to_param(rule, source.auth)) {
    section.fault("auth", "'" + source.auth + "' is no auth plugin that new accounts may have");
  }
  source.password = default_policy(source.auth);
  const std::string word = section.choice("password", "", {"none", "createpassword", "random"});
  if (const auto policy = password_policy(word)) {
    source.password = *policy;
    const std::string problem = conflict(source.auth, *policy);
    if (!problem.empty()) section.fault("password", problem);
  }
  const bool extended = section.flag("extended_usernames", false);
  source.usernames = extended ? UsernameRule::kExtended : UsernameRule::kPlain;
  for (const std::string& field : section.texts("adopt_by")) {
    source.adopt_by_username = source.adopt_by_username || field == "username";
    source.adopt_by_email = source.adopt_by_email || field == "email";
    if (field != "username" && field != "email") {
      section.fault("adopt_by", "may hold username and email, not '" + field + "'");
    }
  }
}

void read_exclusions(UserSource& source, Section& section) {
  for (std::string& role : section.texts("exclude_roles")) {
    // Drupal stores neither role with any user.
    if (role == "authenticated" || role == "anonymous") {
      section.fault("exclude_roles", "'" + role + "' is every user's role, not one of some");
    }
    source.exclude_roles.insert(std::move(role));
  }
  if (source.exclude_roles.empty()) return;
  base::wish_path(source.spec, kRolesPath, {}, section, "exclude_roles");
}

UserSource::Deletion deletion_of(std::string_view word) {
  if (word == "delete") return UserSource::Deletion::kDelete;
  if (word == "suspend") return UserSource::Deletion::kSuspend;
  return UserSource::Deletion::kNothing;
}

UserSource read_source(Section& section) {
  UserSource source;
  source.spec.component = "users";
  source.spec.entity_type = "user";
  source.spec.name = section.text("name", "users");
  source.spec.moodle_id_field = section.text("moodle_id_field", source.spec.moodle_id_field);
  source.spec.origin = section.origin("");
  source.idnumber_prefix = section.text("idnumber_prefix");
  read_fields(source, section);
  read_named(source, section, "customfields", source.customfields);
  read_named(source, section, "preferences", source.preferences);
  read_account(source, section);
  read_exclusions(source, section);
  source.suspend_blocked = section.flag("suspend_blocked", true);
  source.deletion =
      deletion_of(section.choice("delete", "nothing", {"nothing", "suspend", "delete"}));
  section.finish();
  return source;
}

}  // namespace

std::vector<UserSource> read_sources(Section& settings) {
  std::vector<UserSource> sources;
  std::vector<SourceSpec> named;
  for (Section& section : settings.sections("sources")) {
    sources.push_back(read_source(section));
    base::check_unique_name(named, sources.back().spec, section);
    named.push_back(sources.back().spec);
  }
  if (sources.empty()) settings.fault("sources", "must hold one entry");
  return sources;
}

}  // namespace moodlesync::users
