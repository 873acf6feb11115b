// Longer than most files: one function for each of the old module's settings objects.
#include "app/import_config.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "app/old_settings.h"
#include "base/text.h"
#include "moodlesync/entity.h"

namespace moodlesync::app {

namespace {

using Json = OldSettings::Json;
using Mapping = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kGoneSince4 =
    "is no longer a field of Moodle's (since 4.0); left out: map it to a custom profile field";
constexpr std::string_view kInBackground =
    "is not needed: all work is done in the background, outside the editor's page load";

constexpr auto kCourseFields = std::to_array<std::string_view>(
    {"fullname", "shortname", "summary", "format", "showgrades", "newsitems", "startdate",
     "enddate", "visible", "groupmode", "groupmodeforce", "lang", "theme"});
constexpr auto kUserFields = std::to_array<std::string_view>(
    {"username",         "firstname",   "lastname",      "email",     "firstnamephonetic",
     "lastnamephonetic", "middlename",  "alternatename", "city",      "country",
     "timezone",         "lang",        "description",   "interests", "institution",
     "department",       "address",     "phone1",        "phone2",    "theme",
     "calendartype",     "maildisplay", "mailformat"});
constexpr auto kGoneUserFields =
    std::to_array<std::string_view>({"url", "icq", "skype", "aim", "yahoo", "msn"});

bool is_short_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

/// `profile_TYPE_FIELD`, which the old module could not tell apart either where TYPE holds a `_`:
/// Drupal's own fields begin with field_.
std::string profile_path(std::string_view path) {
  constexpr std::string_view kPrefix = "profile_";
  if (!path.starts_with(kPrefix)) return std::string(path);
  const std::string_view rest = path.substr(kPrefix.size());
  std::size_t at = rest.find("_field_");
  if (at == std::string_view::npos) at = rest.find('_');
  if (at == std::string_view::npos) return std::string(path);
  return "profile:" + std::string(rest.substr(0, at)) + ":" + std::string(rest.substr(at + 1));
}

/// Writes the configuration line by line.
class Writer {
 public:
  void line(int indent, const std::string& text) {
    yaml_ += std::string(static_cast<std::size_t>(indent), ' ') + text + "\n";
  }
  void entry(int indent, const std::string& key, const std::string& value) {
    line(indent, key + ": " + yaml_scalar(value));
  }
  void blank() { yaml_ += "\n"; }
  [[nodiscard]] std::string take() { return std::move(yaml_); }

 private:
  std::string yaml_;
};

class Importer {
 public:
  Importer(const DrupalConfig::Objects& objects, const ImportWish& wish)
      : objects_(objects), wish_(wish) {}

  ImportedConfig run() {
    for (const auto& [name, what] : objects_.unreadable) {
      std::string note = name;
      notes_.push_back(note.append(" cannot be read and was left out: ").append(what));
    }
    write_sites();
    out_.line(0, "components:");
    write_category();
    write_courses();
    write_users();
    write_enrollments();
    write_cohorts();
    note_the_rest();
    ImportedConfig imported;
    imported.yaml = heading() + out_.take();
    imported.notes = std::move(notes_);
    imported.components = std::move(components_);
    imported.token = std::move(token_);
    return imported;
  }

 private:
  /// The first of these names that is there.
  const Json* find(std::initializer_list<std::string_view> names) {
    const Json* found = nullptr;
    for (const std::string_view name : names) {
      known_.emplace_back(name);
      const auto at = objects_.by_name.find(std::string(name));
      if (at == objects_.by_name.end()) continue;
      if (found == nullptr) {
        found = &at->second;
        name_ = name;
      } else {
        notes_.push_back(std::string(name) + " is there beside " + name_ + "; left out");
      }
    }
    return found;
  }

  void begin_component(const std::string& name) {
    components_.push_back(name);
    out_.line(2, name + ":");
  }

  std::string heading() const {
    std::string text =
        "# Made by `moodle-syncd import-config` from the settings of the Drupal module "
        "moodle_sync.\n"
        "# Every key, its meaning and its default: config/moodle-syncd.yaml of the package.\n"
        "# Next: look through it, `moodle-syncd check`, `moodle-syncd install`, `moodle-syncd plan "
        "--all`;\n# then switch the old module off before `moodle-syncd run`.\n";
    if (!notes_.empty()) text += "#\n# Not carried over, or to be looked at:\n";
    for (const std::string& note : notes_) text += "# - " + note + "\n";
    return text + "\n";
  }

  void write_sites() {
    const Json none = Json::object();
    const Json* object = find({"moodle_sync.settings"});
    OldSettings old("moodle_sync.settings", object == nullptr ? none : *object, notes_);
    write_drupal(old);
    out_.blank();
    write_moodle(old);
    out_.blank();
    for (const char* key : {"log_onscreen", "log_drupal", "log_file"}) {
      old.pass_over(key, "has no counterpart: the daemon logs to the journal (see log:)");
    }
    old.finish();
  }

  void write_drupal(OldSettings& old) {
    const std::string all = old.text("drupalpath");
    const auto comma = all.find(',');
    std::string url(base::trim(std::string_view(all).substr(0, comma)));
    out_.line(0, "drupal:");
    if (comma != std::string::npos) {
      old.note("drupalpath", "names several sites; the first is taken: " + url);
    }
    if (!is_url(url)) {
      old.note("drupalpath", "names no site: write the address of this one into drupal.site_url");
      url = "https://www.example.org";
    }
    out_.entry(2, "site_url", url);
    if (!wish_.connection.empty()) out_.entry(2, "connection", wish_.connection);
    if (!wish_.host.empty()) out_.entry(2, "host", wish_.host);
    if (!wish_.port.empty()) out_.entry(2, "port", wish_.port);
    if (!wish_.dbname.empty()) out_.entry(2, "dbname", wish_.dbname);
    if (!wish_.user.empty()) out_.entry(2, "user", wish_.user);
    if (!wish_.password_file.empty()) {
      out_.entry(2, "password_file", std::filesystem::absolute(wish_.password_file).string());
    }
    if (wish_.schema != "public") out_.entry(2, "schema", wish_.schema);
    if (!wish_.prefix.empty()) out_.entry(2, "prefix", wish_.prefix);
  }

  void write_moodle(OldSettings& old) {
    std::string url = old.text("moodlepath");
    while (url.ends_with('/')) url.pop_back();
    if (!is_url(url)) {
      old.note("moodlepath", "is no address: write that of Moodle into moodle.url");
      url = "https://moodle.example.org";
    }
    out_.line(0, "moodle:");
    out_.entry(2, "url", url);
    if (url.starts_with("http://")) {
      out_.line(2, "# The token crosses the network in clear: change to https as soon as you can.");
      out_.line(2, "allow_http: true");
      old.note("moodlepath", "begins with http://, so that the token crosses the network in clear");
    }
    token_ = old.text("token");
    if (token_.empty()) old.note("token", "is empty: put Moodle's token into moodle.token_file");
    const auto file = wish_.token_file.empty()
                          ? std::filesystem::path("/etc/moodle-syncd/moodle-token")
                          : std::filesystem::absolute(wish_.token_file);
    out_.entry(2, "token_file", file.string());
  }

  void write_category() {
    const Json* object = find({"moodle_sync_category.settings"});
    if (object == nullptr) return;
    OldSettings old(name_, *object, notes_);
    const std::string vocabulary = old.text("selected_taxonomy_term");
    const auto trash_bin = old.number("moodle_trashbin_id");
    old.finish();
    if (vocabulary.empty()) {
      return old.note("selected_taxonomy_term", "is empty, so no categories are synced");
    }
    begin_component("category");
    out_.line(4, "sources:");
    out_.entry(6, "- vocabulary", vocabulary);
    if (trash_bin) out_.entry(8, "trash_bin", std::to_string(*trash_bin));
  }

  void write_courses() {
    const Json* courses = find({"moodle_sync_course.settings"});
    const std::string courses_name = name_;
    const Json* templates = find({"moodle_sync_template.settings"});
    const std::string templates_name = name_;
    bool has_begun = false;
    const auto begin = [&] {
      if (std::exchange(has_begun, true)) return;
      begin_component("course");
      out_.line(4, "sources:");
    };
    if (courses != nullptr) {
      OldSettings old(courses_name, *courses, notes_);
      bundle_ = old.text("entity_name");
      if (bundle_.empty()) old.note("entity_name", "is empty, so no courses are synced");
      if (!bundle_.empty()) {
        begin();
        write_course_source(old);
      }
    }
    if (templates == nullptr) return;
    OldSettings old(templates_name, *templates, notes_);
    const std::string vocabulary = old.text("entity_name");
    if (vocabulary.empty()) return old.note("entity_name", "is empty, so no templates are synced");
    begin();
    write_template_source(old, vocabulary);
  }

  void write_course_source(OldSettings& old) {
    const std::string type = old.text("entity_type");
    if (!type.empty() && type != "node") old.note("entity_type", "is not node; node is taken");
    out_.entry(6, "- bundle", bundle_);
    write_course_fields(old, false);
    write_course_category(old);
    const std::string model = path_of(old, "template_field");
    if (!model.empty()) out_.entry(8, "template_field", model);
    const bool is_hidden = old.flag("template_hide");
    if (is_hidden) out_.line(8, "template_hidden: true");
    if (old.flag("deletion")) out_.line(8, "delete: delete");
    for (const char* key : {"async_create", "async_update", "async_delete"}) {
      old.pass_over(key, kInBackground);
    }
    old.finish();
  }

  void write_course_category(OldSettings& old) {
    const std::string how = old.text("categories");
    const auto fixed = old.number("category_id");
    const std::string field = path_of(old, "category_field");
    const auto fallback = old.number("category_fallback");
    out_.line(8, "category:");
    const bool is_fixed = how == "fixed_categories" || (field.empty() && fixed);
    if (is_fixed && fixed) return out_.entry(10, "fixed", std::to_string(*fixed));
    if (field.empty()) {
      old.note("categories", "says neither a category nor a field; category 1 is taken");
    } else {
      out_.entry(10, "field", field);
    }
    out_.entry(10, "fallback", std::to_string(fallback.value_or(1)));
  }

  void write_template_source(OldSettings& old, const std::string& vocabulary) {
    out_.entry(6, "- bundle", vocabulary);
    out_.line(8, "entity: taxonomy_term");
    out_.line(
        8,
        "# Nodes and terms both count their ids from 1; in Moodle the idnumber tells them apart.");
    out_.entry(8, "idnumber_prefix", "template_");
    write_course_fields(old, true);
    const auto category = old.number("category_id");
    out_.line(8, "category:");
    out_.entry(10, "fixed", std::to_string(category.value_or(1)));
    if (!category) old.note("category_id", "is empty; templates go into category 1");
    const auto trash_bin = old.number("moodle_template_trashbin_id");
    const bool deletes = old.flag("deletion");
    if (deletes && trash_bin) {
      out_.line(8, "delete: trash_bin");
      out_.entry(8, "trash_bin", std::to_string(*trash_bin));
    } else if (deletes) {
      out_.line(8, "delete: delete");
    }
    old.pass_over("entity_type", "is always that of terms for templates");
    old.finish();
  }

  void write_course_fields(OldSettings& old, bool is_template) {
    Mapping fields = known_fields(old, kCourseFields, {});
    const auto has = [&fields](std::string_view name) {
      return std::ranges::find(fields, name, &Mapping::value_type::first) != fields.end();
    };
    if (!has("fullname")) {
      fields.insert(fields.begin(), {"fullname", is_template ? "name" : "title"});
      old.note("map_fields", "does not map fullname; the title is taken");
    }
    if (!has("shortname") && !is_template) {
      fields.emplace_back("shortname", "id");
      old.note("map_fields", "does not map shortname; the id is taken");
    }
    if (has("enddate") && !has("startdate")) {
      std::erase_if(fields, [](const auto& entry) { return entry.first == "enddate"; });
      old.note("map_fields", "maps enddate without startdate, which Moodle refuses; left out");
    }
    write_mapping(8, "fields", fields);
    write_mapping(8, "customfields", custom_fields(old));
  }

  void write_users() {
    const Json* object = find({"moodle_sync_users.settings", "moodle_sync_user.settings"});
    if (object == nullptr) return;
    OldSettings old(name_, *object, notes_);
    begin_component("users");
    out_.line(4, "sources:");
    out_.line(6, "- name: users");
    Mapping fields = known_fields(old, kUserFields, kGoneUserFields);
    for (const char* name : {"firstname", "lastname"}) {
      if (std::ranges::find(fields, name, &Mapping::value_type::first) != fields.end()) continue;
      fields.emplace_back(name, "name");
      old.note("map_fields", std::string("does not map ") + name +
                                 " (the old module wrote 'tbd'); the account's name is taken");
    }
    write_mapping(8, "fields", fields);
    write_mapping(8, "customfields", custom_fields(old));
    write_account(old);
    old.finish();
  }

  void write_account(OldSettings& old) {
    std::string auth = old.text("auth");
    const bool begins_well = !auth.empty() && auth.front() >= 'a' && auth.front() <= 'z';
    const bool is_usable = begins_well && auth.back() != '_' &&
                           auth.find("__") == std::string::npos && is_short_name(auth) &&
                           base::ascii_lower(auth) == auth && auth.find('-') == std::string::npos &&
                           auth != "webservice" && auth != "mnet";
    if (!auth.empty() && !is_usable) {
      old.note("auth", "is no plugin that accounts can have; oauth2 is taken");
    }
    if (!is_usable) auth = "oauth2";
    out_.entry(8, "auth", auth);
    old.note("", "gave every account one fixed password, which is not carried over: see password:");
    std::string roles;
    for (const auto& [role, left_out] : old.mapping("roles")) {
      if (role == "authenticated" || role == "anonymous") {
        old.note("roles", "leaves out '" + role + "', which is every user's role; left out");
        continue;
      }
      roles += (roles.empty() ? "" : ", ") + yaml_scalar(role);
    }
    if (!roles.empty()) out_.line(8, "exclude_roles: [" + roles + "]");
    if (old.flag("deletion")) out_.line(8, "delete: delete");
    for (const char* key : {"async_create", "async_update", "async_delete"}) {
      old.pass_over(key, kInBackground);
    }
  }

  void write_enrollments() {
    const Json* object =
        find({"moodle_sync_enrollments.settings", "moodle_sync_enrollment.settings"});
    if (object == nullptr) return;
    OldSettings old(name_, *object, notes_);
    const std::string field = path_of(old, "fieldname");
    const auto role = old.number("role");
    const std::vector<std::string> types = old.list("registration_types");
    const std::string role_field = path_of(old, "role_field");
    old.finish();
    if (bundle_.empty()) return old.note("", "is left out, since no courses are synced");
    if (field.empty() && types.empty()) {
      return old.note("", "names neither registrations nor a field of users; left out");
    }
    begin_component("enrollments");
    out_.line(4, "sources:");
    out_.entry(6, "- bundle", bundle_);
    if (!types.empty()) {
      out_.line(8,
                "# The old module enrolled cancelled registrations too; active_states: [workflow]");
      out_.line(8, "# lets those count that the registration's workflow calls active.");
      out_.line(8, "registrations:");
    }
    for (const std::string& type : types) {
      out_.entry(10, "- type", type);
      if (!role_field.empty()) out_.entry(12, "role_field", role_field);
    }
    if (field.empty()) return;
    out_.line(8, "participants:");
    out_.entry(10, "- field", field);
    if (role) out_.entry(12, "role", std::to_string(*role));
    if (!role) old.note("role", "is empty; the student's, 5, is taken");
  }

  void write_cohorts() {
    const Json* object = find({"moodle_sync_cohorts.settings", "moodle_sync_cohort.settings"});
    if (object == nullptr) return;
    OldSettings old(name_, *object, notes_);
    const std::string vocabulary = old.text("vocabulary");
    const std::string entity = old.text("reference_entity");
    const std::string profile = old.text("profile_type");
    const std::string field = old.text("reference_field");
    old.finish();
    if (vocabulary.empty()) return old.note("vocabulary", "is empty, so no cohorts are synced");
    begin_component("cohorts");
    out_.line(4, "cohorts:");
    out_.entry(6, "- vocabulary", vocabulary);
    if (field.empty()) return old.note("reference_field", "is empty, so cohorts get no members");
    const std::string path = entity == "profile" ? "profile:" + profile + ":" + field : field;
    if (!parse_field_path(path)) {
      return old.note("reference_field", "is no field: '" + path + "'; cohorts get no members");
    }
    out_.line(4, "members:");
    out_.entry(6, "- field", path);
  }

  void note_the_rest() {
    for (const auto& [name, object] : objects_.by_name) {
      if (std::ranges::find(known_, name) != known_.end()) continue;
      const bool is_completion = name == "moodle_sync_completion.settings";
      notes_.push_back(name + (is_completion
                                   ? " is about what Moodle tells Drupal, which stays with Drupal"
                                   : " is not known here; left out"));
    }
  }

  /// A field's path, or "" with a note.
  std::string path_of(OldSettings& old, std::string_view key) {
    std::string path = old.text(key);
    if (path.empty() || parse_field_path(path)) return path;
    old.note(key, "is no field: '" + path + "'; left out");
    return {};
  }

  Mapping known_fields(OldSettings& old, std::span<const std::string_view> known,
                       std::span<const std::string_view> gone) {
    Mapping fields;
    for (const auto& [name, written] : old.mapping("map_fields")) {
      if (name == "idnumber") continue;  // It is always the id.
      const std::string key = "map_fields." + name;
      if (std::ranges::find(gone, name) != gone.end()) {
        old.note(key, kGoneSince4);
      } else if (std::ranges::find(known, name) == known.end()) {
        old.note(key, "is no field that Moodle takes; left out");
      } else if (const std::string path = profile_path(written); !parse_field_path(path)) {
        old.note(key, "maps '" + written + "', which is no field; left out");
      } else {
        fields.emplace_back(name, path);
      }
    }
    return fields;
  }

  static Mapping custom_fields(OldSettings& old) {
    Mapping fields;
    for (const auto& [name, written] : old.mapping("map_customfields")) {
      const std::string key = "map_customfields." + name;
      const std::string path = profile_path(written);
      if (!is_short_name(name)) {
        old.note(key, "is no short name of a custom field; left out");
      } else if (!parse_field_path(path)) {
        old.note(key, "maps '" + written + "', which is no field; left out");
      } else {
        fields.emplace_back(name, path);
      }
    }
    return fields;
  }

  void write_mapping(int indent, const std::string& key, const Mapping& entries) {
    if (entries.empty()) return;
    out_.line(indent, key + ":");
    for (const auto& [name, path] : entries) out_.entry(indent + 2, yaml_scalar(name), path);
  }

  const DrupalConfig::Objects& objects_;
  const ImportWish& wish_;
  Writer out_;
  std::vector<std::string> notes_;
  std::vector<std::string> components_;
  std::vector<std::string> known_;  ///< Objects that were asked for.
  std::string name_;                ///< Of the one found last.
  std::string bundle_;              ///< Of the courses.
  std::string token_;
};

bool is_plain(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-";
  constexpr auto kReserved = std::to_array<std::string_view>(
      {"true", "false", "null", "yes", "no", "on", "off", "y", "n"});
  if (text.empty() || text.find_first_not_of(kAllowed) != std::string_view::npos) return false;
  const char first = text.front();
  if (first == '-' || first == ':' || text.back() == ':') return false;
  const std::string lower = base::ascii_lower(text);
  return std::ranges::find(kReserved, lower) == kReserved.end();
}

}  // namespace

std::string yaml_scalar(const std::string& text) {
  if (is_plain(text)) return text;
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') quoted += '\\';
    // `${` would ask for an environment variable.
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') quoted += '$';
    quoted += c;
  }
  return quoted + "\"";
}

ImportedConfig import_old_settings(const DrupalConfig::Objects& objects, const ImportWish& wish) {
  return Importer(objects, wish).run();
}

}  // namespace moodlesync::app
