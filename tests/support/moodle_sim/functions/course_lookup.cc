// core_course_get_courses_by_field (Moodle 5.1, course/externallib.php).
#include <optional>
#include <string_view>
#include <vector>

#include "support/moodle_sim/functions/courses.h"
#include "support/moodle_sim/functions/custom_fields.h"

namespace moodlesync::sim {

namespace {

constexpr Id kEditingTeacher = 3;  // Moodle's default "course contact".

std::vector<Id> split_ids(const Context& context, std::string_view text) {
  std::vector<Id> ids;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::optional<Id> id = canonical_number(text.substr(0, comma));
    if (!id) throw read_failed();
    // PHP 8 stumbles over the record that is not there (no errorcode).
    if (!context.site.courses.contains(*id)) {
      throw php_error("Attempt to assign property \"contextvalidated\" on null");
    }
    ids.push_back(*id);
    if (comma == std::string_view::npos) return ids;
    text.remove_prefix(comma + 1);
  }
}

std::vector<Id> with_key(const Context& context, Site::CourseIndex index, const std::string& key) {
  const std::set<Id>& ids = context.site.courses.with(index, key);
  return {ids.begin(), ids.end()};
}

std::vector<Id> search(const Context& context, const std::string& field, const std::string& value) {
  if (field.empty()) {
    std::vector<Id> ids;
    for (const auto& [id, course] : context.site.courses.all()) ids.push_back(id);
    return ids;
  }
  if (field == "id") {
    const Id id = loose_number(value);
    return context.site.courses.contains(id) ? std::vector<Id>{id} : std::vector<Id>{};
  }
  if (field == "ids") return split_ids(context, value);
  if (field == "shortname") return with_key(context, Site::kCourseShortname, value);
  if (field == "idnumber") return with_key(context, Site::kCourseIdnumber, value);
  if (field == "category") {
    return with_key(context, Site::kCourseCategory, std::to_string(loose_number(value)));
  }
  // Sections have no ids of their own here: no course has the one asked for.
  if (field == "sectionid" && context.settings.version != Version::k41) return {};
  throw invalid_parameter("Invalid field name");
}

Json contacts_of(const Context& context, const Course& course) {
  Json contacts = Json::array();
  const std::string key = std::to_string(course.id);
  for (const Id id : context.site.role_assignments.with(Site::kOwner, key)) {
    const RoleAssignment* assignment = context.site.role_assignments.find(id);
    if (assignment->role != kEditingTeacher) continue;
    const User* user = context.site.users.find(assignment->user);
    contacts.push_back({{"id", user->id}, {"fullname", user->firstname + " " + user->lastname}});
  }
  return contacts;
}

Json public_fields(const Context& context, const Course& course) {
  const Category* category = context.site.categories.find(course.category);
  const bool enrols = course.has_manual_enrolment && course.manual_enrolment_enabled;
  const std::string name = context.shown_name(course.fullname);
  const bool is_site = course.id == 1;
  Json row = {{"id", course.id},
              {"fullname", name},
              {"displayname", name},
              {"shortname", context.shown_name(course.shortname)},
              {"courseimage", context.settings.site_url + "/pluginfile.php/course.svg"},
              {"categoryid", course.category},
              {"categoryname", category == nullptr ? "" : context.shown_name(category->name)},
              {"sortorder", context.site.sortorder_of(course)},
              {"summary", context.shown_html(course.summary)},
              {"summaryformat", course.summaryformat},
              {"summaryfiles", Json::array()},
              {"overviewfiles", Json::array()},
              {"showactivitydates", !is_site},
              {"showcompletionconditions", is_site ? Json(nullptr) : Json(true)},
              {"contacts", contacts_of(context, course)},
              {"enrollmentmethods", enrols ? Json::array({"manual"}) : Json::array()}};
  if (!context.settings.course_fields.empty()) {
    row["customfields"] = custom_fields_of(context.settings.course_fields, course.customfields);
  }
  return row;
}

void add_entered_fields(const Course& course, Json& row) {
  row["format"] = course.format;
  row["showgrades"] = course.showgrades;
  row["newsitems"] = course.newsitems;
  row["startdate"] = course.startdate;
  row["enddate"] = course.enddate;
  row["maxbytes"] = course.maxbytes;
  row["showreports"] = course.showreports;
  row["visible"] = course.visible;
  row["groupmode"] = course.groupmode;
  row["groupmodeforce"] = course.groupmodeforce;
  row["defaultgroupingid"] = course.defaultgroupingid;
  row["enablecompletion"] = course.enablecompletion;
  row["completionnotify"] = course.completionnotify;
  row["lang"] = course.lang;
  row["theme"] = course.theme;
  row["marker"] = 0;
}

void add_managed_fields(const Course& course, Json& row) {
  row["idnumber"] = course.idnumber;
  row["legacyfiles"] = 0;
  row["calendartype"] = "";
  row["timecreated"] = course.timecreated;
  row["timemodified"] = course.timemodified;
  row["requested"] = 0;
  row["cacherev"] = course.timemodified;
}

Json filters() {
  Json list = Json::array();
  for (const char* filter :
       {"displayh5p", "activitynames", "mathjaxloader", "emoticon", "urltolink", "mediaplugin"}) {
    list.push_back({{"filter", filter}, {"localstate", 0}, {"inheritedstate", 1}});
  }
  return list;
}

Json format_options(const Course& course) {
  const auto hidden = course.options.find("hiddensections");
  return Json::array(
      {{{"name", "hiddensections"},
        {"value", hidden == course.options.end() ? 1 : loose_number(hidden->second)}},
       {{"name", "coursedisplay"}, {"value", 0}},
       {{"name", "indentation"}, {"value", "1"}}});
}

/// An account that must do something else first sees what the public sees, without an error.
bool sees_all(const Context& context, const Course& course) {
  return context.settings.account_state.empty() && context.may_enter(course);
}

Json row_of(const Context& context, const Course& course) {
  Json row = public_fields(context, course);
  if (!sees_all(context, course)) return row;
  add_entered_fields(course, row);
  if (context.can("moodle/course:update")) add_managed_fields(course, row);
  row["filters"] = filters();
  if (course.format == "topics") row["courseformatoptions"] = format_options(course);
  return row;
}

}  // namespace

Json get_courses_by_field(Context& context, const PhpValue& params) {
  Json list = Json::array();
  Json warnings = Json::array();
  for (const Id id : search(context, params.text("field"), params.text("value"))) {
    const Course* course = context.site.courses.find(id);
    if (course->visible == 0 && !context.can("moodle/course:viewhiddencourses")) continue;
    list.push_back(row_of(context, *course));
    // Only the search by several ids says that something is kept back.
    if (params.text("field") != "ids" || sees_all(context, *course)) continue;
    warnings.push_back({{"item", "course"},
                        {"itemid", id},
                        {"warningcode", "1"},
                        {"message", "No access rights in course context"}});
  }
  return {{"courses", list}, {"warnings", warnings}};
}

}  // namespace moodlesync::sim
