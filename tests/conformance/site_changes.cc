#include "conformance/site_changes.h"

#include <utility>
#include <vector>

namespace moodlesync::conformance {

namespace {

using sim::Course;
using sim::Settings;
using sim::User;
using RowChange = std::function<void(sim::MoodleSim&, IdMap&)>;

RowChange course(sim::Id recorded, std::function<void(Course&)> change) {
  return [recorded, change = std::move(change)](sim::MoodleSim& moodle, IdMap& ids) {
    const sim::Id id = ids.ours(Kind::kCourse, recorded);
    const auto site = moodle.state();
    Course row = *site->courses.find(id);
    change(row);
    site->courses.update(row);
  };
}

RowChange user(sim::Id recorded, std::function<void(User&)> change) {
  return [recorded, change = std::move(change)](sim::MoodleSim& moodle, IdMap& ids) {
    const sim::Id id = ids.ours(Kind::kUser, recorded);
    const auto site = moodle.state();
    User row = *site->users.find(id);
    change(row);
    site->users.update(row);
  };
}

RowChange category(sim::Id recorded, std::string description) {
  return [recorded, description = std::move(description)](sim::MoodleSim& moodle, IdMap& ids) {
    const sim::Id id = ids.ours(Kind::kCategory, recorded);
    const auto site = moodle.state();
    sim::Category row = *site->categories.find(id);
    row.idnumber = "x352344a";
    row.description = description;
    site->categories.update(row);
  };
}

SiteChange setting(std::function<void(Settings&)> change) { return {std::move(change), nullptr}; }
SiteChange rows(RowChange change) { return {nullptr, std::move(change)}; }

SiteChange door(const std::string& code) {
  return setting([code](Settings& settings) { settings.door_code = code; });
}

SiteChange account(const std::string& state) {
  return setting([state](Settings& settings) { settings.account_state = state; });
}

struct Entry {
  const char* note;  ///< A part of the call's note.
  SiteChange change;
};

const std::vector<Entry>& settings_by_note() {
  static const std::vector<Entry> kEntries = {
      {"allowaccountssameemail=1", setting([](Settings& s) { s.same_email_allowed = true; })},
      {"passwordpolicy=0", setting([](Settings& s) { s.password_policy = false; })},
      {"extendedusernamechars=1", setting([](Settings& s) { s.extended_username_chars = true; })},
      {"debug=DEVELOPER, debugdisplay=0", setting([](Settings& s) { s.debug = 15; })},
      {"debug=DEVELOPER", setting([](Settings& s) { s.debug = 32767; })},
      {"debug=NORMAL", setting([](Settings& s) { s.debug = 15; })},
      {"expired token, second call", setting([](Settings& s) { s.token = "another"; })},
      {"expired token", door("accessexception")},
      {"token bound to another address", door("accessexception")},
      {"valid-until in the future", door("accessexception")},
      {"service disabled", door("accessexception")},
      {"token user suspended", door("wsaccessusersuspended")},
      {"token user unconfirmed", door("wsaccessuserunconfirmed")},
      {"token user with auth nologin", door("wsaccessusernologin")},
      {"token user must change the password", account("forcepasswordchangenotice")},
      {"... an item-wise function", account("forcepasswordchangenotice")},
      {"token user without email address", account("usernotfullysetup")},
      {"site policy not agreed", account("sitepolicynotagreed")},
      {"CLI maintenance mode", setting([](Settings& s) { s.cli_maintenance = true; })},
      {"web maintenance mode, token user without", setting([](Settings& s) {
         s.web_maintenance = true;
         s.missing_capabilities = {"moodle/site:maintenanceaccess"};
       })},
      {"web maintenance mode, admin", setting([](Settings& s) {
         s.web_maintenance = true;
         s.account = 2;
         s.account_is_admin = true;
       })},
      {"web services disabled", setting([](Settings& s) { s.web_services_enabled = false; })},
      {"REST protocol disabled", setting([](Settings& s) { s.web_services_enabled = false; })},
      {"upgrade running", setting([](Settings& s) { s.upgrade_running = true; })},
      {"hidden from the account",
       setting([](Settings& s) { s.missing_capabilities = {"moodle/course:viewhiddencourses"}; })},
      {"update an admin without being one",
       setting([](Settings& s) { s.account_is_admin = false; })},
      {"without those capabilities", setting([](Settings& s) {
         s.missing_capabilities = {"moodle/course:visibility", "moodle/course:setforcedlanguage"};
       })},
      {"default welcome message is sent", setting([](Settings& s) { s.mail_works = false; })},
      {"a second welcome message", setting([](Settings& s) { s.mail_works = false; })},
      {"sends a third one", setting([](Settings& s) { s.mail_works = false; })},
      {"20 students into the course with a teacher",
       setting([](Settings& s) { s.mail_works = false; })},
      {"20 more messages", setting([](Settings& s) { s.mail_works = false; })},
  };
  return kEntries;
}

const std::vector<Entry>& rows_by_note() {
  static const std::vector<Entry> kEntries = {
      {"not installed any more: the whole", rows(user(1183, [](User& u) { u.auth = "gone"; }))},
      {"a language that is not installed any more", rows(user(1183,
                                                              [](User& u) {
                                                                u.auth = "manual";
                                                                u.lang = "xx";
                                                              }))},
      {"theme not installed any more", rows(user(1183,
                                                 [](User& u) {
                                                   u.lang = "en";
                                                   u.texts["theme"] = "gone";
                                                 }))},
      {"timezone that does not match", rows(user(1183, [](User& u) { u.timezone = "GMT-3"; }))},
      {"auth emptied by an update", rows(user(1183, [](User& u) { u.timezone = "99"; }))},
      // Made good by calls that were not recorded.
      {"ids with an unknown and a doubled one", rows(category(8, "<p>x</p>"))},
      {"valid-until in the past", rows(category(8, "x"))},
      {"a forced language cannot be cleared", rows(course(148, [](Course& c) { c.lang = "en"; }))},
      {"enrolment instance of the course is disabled",
       rows(course(166, [](Course& c) { c.manual_enrolment_enabled = false; }))},
      {"no manual enrolment instance",
       rows(course(166, [](Course& c) { c.has_manual_enrolment = false; }))},
      {"without a teacher: no welcome message",
       rows(course(8474, [](Course& c) { c.welcome_message = true; }))},
      {"a hidden course with visible=1 into", rows(course(8478, [](Course& c) { c.visible = 0; }))},
      {"hidden from the account", rows(course(8479, [](Course& c) { c.visible = 0; }))},
      {"enrol an unconfirmed user", rows(user(6, [](User& u) { u.confirmed = 0; }))},
      {"who is also self-enrolled", rows([](sim::MoodleSim& moodle, IdMap& ids) {
         const sim::Id course_id = ids.ours(Kind::kCourse, 8481);
         const sim::Id user_id = ids.ours(Kind::kUser, 11);
         moodle.enrol(course_id, user_id);
         moodle.state()->enrolments.insert({0, course_id, user_id, "self"});
       })},
  };
  return kEntries;
}

const SiteChange* entry_for(const std::vector<Entry>& entries, const std::string& note) {
  for (const Entry& entry : entries) {
    if (note.find(entry.note) != std::string::npos) return &entry.change;
  }
  return nullptr;
}

std::string invalid_byte(const std::string& value) { return value == "%FF" ? "\xFF" : value; }

}  // namespace

SiteChange change_for(const RecordedCall& call) {
  SiteChange change;
  if (const SiteChange* found = entry_for(settings_by_note(), call.note)) {
    change.settings = found->settings;
  }
  if (const SiteChange* found = entry_for(rows_by_note(), call.note)) change.rows = found->rows;
  return change;
}

Settings recorded_settings() {
  Settings settings;
  settings.now = [] { return sim::Id{1795352000}; };
  return settings;
}

void prepare_rows(sim::MoodleSim& moodle, IdMap& ids) {
  const auto named = [&](sim::Id recorded, const char* name) {
    user(recorded, [name](User& row) {
      row.username = name;
      row.email = std::string(name) + "@example.com";
    })(moodle, ids);
  };
  named(1171, "z352442u");
  named(1172, "z352442v");
  named(1175, "w352523c");
  named(1178, "v352614a");
  named(1179, "v352614b");
  named(1180, "v352614c");
  ids.ours(Kind::kUser, 1181);
  user(kPlainAccount, [](User& row) {
    row.username = "syncws";
    row.firstname = "S";
    row.lastname = "W";
  })(moodle, ids);
}

sim::Reply send(sim::RestClient& client, const std::string& token, const RecordedCall& call,
                const sim::Variables& params) {
  sim::Variables all = {{"wstoken", token}, {"moodlewsrestformat", "json"}};
  if (call.note == "bad token") all[0].second = "bad";
  if (call.note == "empty token") all[0].second = "";
  if (call.note.starts_with("no moodlewsrestformat")) all.pop_back();
  for (const auto& [name, value] : params) all.emplace_back(name, invalid_byte(value));
  if (call.note != "no wsfunction") all.emplace_back("wsfunction", call.function);
  if (call.note.starts_with("JSON body")) return client.post("{}", "application/json");
  if (call.note.starts_with("method GET")) return client.get(sim::encode_form(all));
  if (call.note.starts_with("wsfunction in the URL")) {
    all.pop_back();
    return client.post(sim::encode_form(all), "application/x-www-form-urlencoded",
                       "wsfunction=" + call.function);
  }
  return client.post(sim::encode_form(all));
}

}  // namespace moodlesync::conformance
