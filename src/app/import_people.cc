#include "app/import_people.h"

#include <array>

#include "app/old_fields.h"
#include "base/text.h"
#include "moodlesync/entity.h"

namespace moodlesync::app {

namespace {

constexpr auto kUserFields = std::to_array<std::string_view>(
    {"username",         "firstname",   "lastname",      "email",     "firstnamephonetic",
     "lastnamephonetic", "middlename",  "alternatename", "city",      "country",
     "timezone",         "lang",        "description",   "interests", "institution",
     "department",       "address",     "phone1",        "phone2",    "theme",
     "calendartype",     "maildisplay", "mailformat"});
constexpr auto kGoneUserFields =
    std::to_array<std::string_view>({"url", "icq", "skype", "aim", "yahoo", "msn"});

bool is_usable_auth(std::string_view auth) {
  const bool begins_well = !auth.empty() && auth.front() >= 'a' && auth.front() <= 'z';
  return begins_well && auth.back() != '_' && auth.find("__") == std::string::npos &&
         is_short_name(auth) && base::ascii_lower(auth) == auth &&
         auth.find('-') == std::string::npos && auth != "webservice" && auth != "mnet";
}

void write_auth(OldSettings& old, YamlWriter& out) {
  std::string auth = old.text("auth");
  const bool is_usable = is_usable_auth(auth);
  if (!auth.empty() && !is_usable) {
    old.note("auth", "is no plugin that accounts can have; oauth2 is taken");
  }
  if (!is_usable) auth = "oauth2";
  out.entry(8, "auth", auth);
  old.note("", "gave every account one fixed password, which is not carried over: see password:");
}

void write_roles(OldSettings& old, YamlWriter& out) {
  std::string roles;
  for (const auto& [role, left_out] : old.mapping("roles")) {
    if (role == "authenticated" || role == "anonymous") {
      old.note("roles", "leaves out '" + role + "', which is every user's role; left out");
      continue;
    }
    roles += (roles.empty() ? "" : ", ") + yaml_scalar(role);
  }
  if (!roles.empty()) out.line(8, "exclude_roles: [" + roles + "]");
}

void write_registrations(const std::vector<std::string>& types, const std::string& role_field,
                         YamlWriter& out) {
  if (types.empty()) return;
  out.line(8, "# The old module enrolled cancelled registrations too; active_states: [workflow]");
  out.line(8, "# lets those count that the registration's workflow calls active.");
  out.line(8, "registrations:");
  for (const std::string& type : types) {
    out.entry(10, "- type", type);
    if (!role_field.empty()) out.entry(12, "role_field", role_field);
  }
}

}  // namespace

void import_users(OldObjects& objects, ImportDraft& draft) {
  auto old = objects.find({"moodle_sync_users.settings", "moodle_sync_user.settings"});
  if (!old) return;
  draft.begin_component("users");
  draft.out.line(4, "sources:");
  draft.out.line(6, "- name: users");
  FieldMapping fields = mapped_fields(*old, kUserFields, kGoneUserFields);
  for (const char* name : {"firstname", "lastname"}) {
    if (has_field(fields, name)) continue;
    fields.emplace_back(name, "name");
    old->note("map_fields", std::string("does not map ") + name +
                                " (the old module wrote 'tbd'); the account's name is taken");
  }
  draft.out.mapping(8, "fields", fields);
  draft.out.mapping(8, "customfields", mapped_custom_fields(*old));
  write_auth(*old, draft.out);
  write_roles(*old, draft.out);
  if (old->flag("deletion")) draft.out.line(8, "delete: delete");
  old->pass_over_background();
  old->finish();
}

void import_enrollments(OldObjects& objects, ImportDraft& draft) {
  auto old = objects.find({"moodle_sync_enrollments.settings", "moodle_sync_enrollment.settings"});
  if (!old) return;
  const std::string field = field_path(*old, "fieldname");
  const auto role = old->number("role");
  const std::vector<std::string> types = old->list("registration_types");
  const std::string role_field = field_path(*old, "role_field");
  old->finish();
  if (draft.course_bundle.empty()) {
    return old->note("", "is left out, since no courses are synced");
  }
  if (field.empty() && types.empty()) {
    return old->note("", "names neither registrations nor a field of users; left out");
  }
  draft.begin_component("enrollments");
  draft.out.line(4, "sources:");
  draft.out.entry(6, "- bundle", draft.course_bundle);
  write_registrations(types, role_field, draft.out);
  if (field.empty()) return;
  draft.out.line(8, "participants:");
  draft.out.entry(10, "- field", field);
  if (role) draft.out.entry(12, "role", std::to_string(*role));
  if (!role) old->note("role", "is empty; the student's, 5, is taken");
}

void import_cohorts(OldObjects& objects, ImportDraft& draft) {
  auto old = objects.find({"moodle_sync_cohorts.settings", "moodle_sync_cohort.settings"});
  if (!old) return;
  const std::string vocabulary = old->text("vocabulary");
  const std::string entity = old->text("reference_entity");
  const std::string profile = old->text("profile_type");
  const std::string field = old->text("reference_field");
  old->finish();
  if (vocabulary.empty()) return old->note("vocabulary", "is empty, so no cohorts are synced");
  draft.begin_component("cohorts");
  draft.out.line(4, "cohorts:");
  draft.out.entry(6, "- vocabulary", vocabulary);
  if (field.empty()) return old->note("reference_field", "is empty, so cohorts get no members");
  const std::string path = entity == "profile" ? "profile:" + profile + ":" + field : field;
  if (!parse_field_path(path)) {
    return old->note("reference_field", "is no field: '" + path + "'; cohorts get no members");
  }
  draft.out.line(4, "members:");
  draft.out.entry(6, "- field", path);
}

}  // namespace moodlesync::app
