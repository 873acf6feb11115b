// core_enrol_get_enrolled_users (Moodle 5.1, enrol/externallib.php).
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "support/moodle_sim/functions/enrolments.h"
#include "support/moodle_sim/functions/users.h"

namespace moodlesync::sim {

namespace {

struct Wanted {
  bool only_active = false;
  bool only_suspended = false;
  std::optional<std::set<std::string>> fields;  ///< Empty: all.
  Id from = 0;
  Id number = 0;
};

std::set<std::string> split_fields(std::string_view list) {
  static const std::set<std::string> kKnown = {"id",
                                               "username",
                                               "fullname",
                                               "firstname",
                                               "lastname",
                                               "email",
                                               "address",
                                               "phone1",
                                               "phone2",
                                               "department",
                                               "institution",
                                               "idnumber",
                                               "interests",
                                               "firstaccess",
                                               "lastaccess",
                                               "auth",
                                               "suspended",
                                               "confirmed",
                                               "lang",
                                               "theme",
                                               "timezone",
                                               "mailformat",
                                               "description",
                                               "descriptionformat",
                                               "city",
                                               "country",
                                               "profileimageurl",
                                               "profileimageurlsmall",
                                               "customfields",
                                               "groups",
                                               "roles",
                                               "preferences",
                                               "enrolledcourses",
                                               "lastcourseaccess"};
  std::set<std::string> fields = {"id", "fullname"};
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string field(list.substr(0, comma));
    if (!kKnown.contains(field)) {
      throw moodle_exception("invaliduserfield", "Invalid user field: " + field);
    }
    fields.insert(field);
    if (comma == std::string_view::npos) return fields;
    list.remove_prefix(comma + 1);
  }
}

/// Unknown option names are ignored.
Wanted read_options(const PhpValue& params) {
  Wanted wanted;
  for (const PhpValue& option : params.list("options")) {
    const std::string& name = option.text("name");
    if (name == "onlyactive") wanted.only_active = option.flag("value");
    if (name == "onlysuspended") wanted.only_suspended = option.flag("value");
    if (name == "userfields") wanted.fields = split_fields(option.text("value"));
    if (name == "limitfrom") wanted.from = option.number("value");
    if (name == "limitnumber") wanted.number = option.number("value");
  }
  return wanted;
}

void enter_course(const Context& context, const Course& course) {
  try {
    context.enter(course);
  } catch (const MoodleError& error) {
    throw moodle_exception("errorcoursecontextnotvalid",
                           "You cannot execute functions in the course context (course id:" +
                               std::to_string(course.id) +
                               "). The context error message was: " + error.message);
  }
}

bool is_active(const Enrolment& enrolment, Id now) {
  return enrolment.suspended == 0 && enrolment.timestart <= now &&
         (enrolment.timeend == 0 || enrolment.timeend > now);
}

/// Users of all enrolment methods; active means active by one of them.
std::map<Id, bool> enrolled(const Context& context, Id course) {
  std::map<Id, bool> users;
  const Id now = context.now();
  for (const Id id : context.site.enrolments.with(Site::kOwner, std::to_string(course))) {
    const Enrolment& enrolment = *context.site.enrolments.find(id);
    bool& active = users[enrolment.user];
    active = active || is_active(enrolment, now);
  }
  return users;
}

Json roles_of(const Context& context, Id course, Id user) {
  Json roles = Json::array();
  for (const Id role : context.site.roles_of(course, user)) {
    roles.push_back(
        {{"roleid", role}, {"name", ""}, {"shortname", role_shortname(role)}, {"sortorder", 0}});
  }
  return roles;
}

/// The courses that the user is in now: ended or suspended enrolments do not count.
Json courses_of(const Context& context, Id user) {
  Json courses = Json::array();
  std::set<Id> seen;
  for (const Id id : context.site.enrolments.with(Site::kUser, std::to_string(user))) {
    const Enrolment& enrolment = *context.site.enrolments.find(id);
    if (!is_active(enrolment, context.now()) || !seen.insert(enrolment.course).second) continue;
    const Course& course = *context.site.courses.find(enrolment.course);
    courses.push_back({{"id", course.id},
                       {"fullname", context.shown_name(course.fullname)},
                       {"shortname", context.shown_name(course.shortname)}});
  }
  return courses;
}

Json row_of(const Context& context, const User& user, Id course, const Wanted& wanted) {
  const auto wants = [&](const char* field) {
    return !wanted.fields || wanted.fields->contains(field);
  };
  // Account fields that the roster never shows.
  static const std::set<std::string> kHidden = {"auth",       "suspended",   "confirmed",
                                                "lang",       "theme",       "timezone",
                                                "mailformat", "trackforums", "interests"};
  Json row = Json::object();
  const bool only_basics = wanted.fields && wanted.fields->size() <= 3;
  if (only_basics) {
    row["id"] = user.id;
    row["fullname"] = user.firstname + " " + user.lastname;
  }
  const Json details = only_basics ? Json::object() : user_row(context, user);
  for (const auto& [key, value] : details.items()) {
    if (!kHidden.contains(key) && wants(key.c_str())) row[key] = value;
  }
  if (wants("lastcourseaccess")) row["lastcourseaccess"] = 0;
  if (wants("roles")) row["roles"] = roles_of(context, course, user.id);
  if (!wants("enrolledcourses")) return row;
  Json courses = courses_of(context, user.id);
  if (!courses.empty()) row["enrolledcourses"] = std::move(courses);
  return row;
}

}  // namespace

Json get_enrolled_users(Context& context, const PhpValue& params) {
  const Wanted wanted = read_options(params);
  const Course* course = context.site.courses.find(params.number("courseid"));
  if (course == nullptr) throw record_missing();
  enter_course(context, *course);
  context.require("moodle/course:viewparticipants");
  if (wanted.only_active && wanted.only_suspended) {
    throw coding_error(
        "Both onlyactive and onlysuspended are set, this is probably not what you want!");
  }
  if (wanted.only_active) context.require("moodle/course:enrolreview");
  Json list = Json::array();
  Id position = 0;
  for (const auto& [id, active] : enrolled(context, course->id)) {
    if ((wanted.only_active && !active) || (wanted.only_suspended && active)) continue;
    const Id index = position++;
    if (index < wanted.from) continue;
    if (wanted.number != 0 && index >= wanted.from + wanted.number) break;
    if (!context.can("moodle/user:viewdetails")) continue;
    list.push_back(row_of(context, *context.site.users.find(id), course->id, wanted));
  }
  return list;
}

}  // namespace moodlesync::sim
