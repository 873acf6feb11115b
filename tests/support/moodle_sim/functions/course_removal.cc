// core_course_delete_courses and core_course_duplicate_course (Moodle 5.1, course/externallib.php).
#include <set>
#include <utility>

#include "support/moodle_sim/functions/courses.h"

namespace moodlesync::sim {

namespace {

MoodleError in_plan(MoodleError error) {
  error.exception = "base_plan_exception";
  return error;
}

MoodleError deletion_warning(const char* code, std::string message) {
  return moodle_exception(code, std::move(message));
}

/// Adds a warning, deletes, or throws: then the call ends and the rows before stay deleted.
void delete_one(const Context& context, Id id, Json& warnings) {
  const Course* course = context.site.courses.find(id);
  if (course == nullptr) {
    warnings.push_back(warning_of(
        "course", id,
        deletion_warning("unknowncourseidnumber", "Unknown course ID " + std::to_string(id))));
    return;
  }
  context.enter(*course);
  if (!context.can("moodle/course:delete")) {
    warnings.push_back(warning_of(
        "course", id,
        deletion_warning(
            "cannotdeletecourse",
            "You do not have the permission to delete this course " + std::to_string(id))));
    return;
  }
  if (id == 1) {
    warnings.push_back(warning_of(
        "course", id,
        deletion_warning("cannotdeletecategorycourse", "Course 1 failed to be deleted")));
    return;
  }
  context.site.remove_course(id);
}

MoodleError bad_option(const std::string& name) {
  return moodle_exception("invalidextparam", "Invalid external api parameter: " + name);
}

/// True when "enrolments" is among the options: 5.1 accepts the name and then stumbles over it.
bool read_options(const PhpValue& params) {
  static const std::set<std::string> kKnown = {
      "activities",       "blocks",   "filters",         "users", "enrolments",
      "role_assignments", "comments", "userscompletion", "logs",  "grade_histories"};
  bool has_enrolments = false;
  for (const PhpValue& option : params.list("options")) {
    const std::string& name = option.text("name");
    const std::string& value = option.text("value");
    if (!kKnown.contains(name) || (value != "0" && value != "1")) throw bad_option(name);
    has_enrolments = has_enrolments || name == "enrolments";
  }
  return has_enrolments;
}

Course copy_of(const Context& context, const Course& source, const PhpValue& params) {
  Course copy = source;
  copy.fullname = params.text("fullname");
  copy.shortname = params.text("shortname");
  copy.idnumber.clear();
  copy.category = params.number("categoryid");
  copy.visible = params.number("visible");
  copy.timecreated = copy.timemodified = context.now();
  copy.has_manual_enrolment = true;
  check_columns(context.settings, copy);
  return copy;
}

void check_duplicate_rights(const Context& context) {
  context.require("moodle/backup:backupcourse");
  context.require("moodle/restore:restorecourse");
  context.require("moodle/course:create");
}

}  // namespace

Json delete_courses(Context& context, const PhpValue& params) {
  Json warnings = Json::array();
  for (const PhpValue& id : params.list("courseids")) {
    delete_one(context, id.as_number(), warnings);
  }
  return {{"warnings", warnings}};
}

Json duplicate_course(Context& context, const PhpValue& params) {
  const Course* source = context.site.courses.find(params.number("courseid"));
  if (source == nullptr) {
    throw moodle_exception("invalidcourseid", "You are trying to use an invalid course ID");
  }
  if (!context.site.categories.contains(params.number("categoryid"))) throw record_missing();
  context.enter(*source);
  const bool has_enrolments = read_options(params);
  check_duplicate_rights(context);
  const std::string& shortname = params.text("shortname");
  if (const Course* holder = context.site.course_with_shortname(shortname)) {
    throw moodle_exception("shortnametaken", "Short name is already used for another course (" +
                                                 holder->fullname + ")");
  }
  if (has_enrolments) {
    throw in_plan(untranslated_exception("error", "setting_by_name_not_found"));
  }
  const bool is_site_course = source->id == 1;
  Course copy = copy_of(context, *source, params);
  if (is_site_course) copy.format = "topics";
  const Id id = context.site.add_course(std::move(copy), false);
  // The restore finds out too late: the half-made course stays, with its short name.
  if (is_site_course) throw untranslated_exception("webservice", "backupprecheckerrors");
  return {{"id", id}, {"shortname", shortname}};
}

}  // namespace moodlesync::sim
