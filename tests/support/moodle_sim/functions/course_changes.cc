// core_course_create_courses (all or nothing) and core_course_update_courses, whose rows fail one
// by one and may be half written (Moodle 5.1, course/externallib.php, course/lib.php).
#include <utility>

#include "support/moodle_sim/functions/courses.h"
#include "support/moodle_sim/functions/custom_fields.h"

namespace moodlesync::sim {

namespace {

constexpr Id kDay = 86400;
constexpr Id kYear = 365 * kDay;

void enter_category(const Context& context, Id id) {
  std::string reason;
  try {
    if (!context.site.categories.contains(id)) throw invalid_parameter("");
    context.enter();
    return;
  } catch (const MoodleError& error) {
    reason = error.message;
  }
  throw moodle_exception("errorcatcontextnotvalid",
                         "You cannot execute functions in the category context (category id:" +
                             std::to_string(id) + "). The context error message was: " + reason);
}

/// Dates that were not sent: 5.1 starts today and ends a year later, 4.x knows neither.
void default_dates(const Context& context, const PhpValue& row, Course& course) {
  if (context.settings.version != Version::k51) return;
  if (!row.has("startdate")) course.startdate = context.now() - context.now() % kDay;
  if (!row.has("enddate") && course.startdate != 0) course.enddate = course.startdate + kYear;
}

void default_visibility(const Context& context, const PhpValue& row, Course& course) {
  const bool may_say = context.can("moodle/course:visibility");
  const bool site_default = context.settings.version == Version::k51;
  if (may_say && (row.has("visible") || site_default)) return;
  course.visible = context.site.categories.find(course.category)->visible;
}

/// A format option named like a column overwrites the column.
void take_format_options(const Context& context, const PhpValue& row, Course& course) {
  PhpValue columns = PhpValue::array();
  for (const PhpValue& option : row.list("courseformatoptions")) {
    if (option.text("name") == "category") {
      course.category = option.number("value");
      if (!context.site.categories.contains(course.category)) throw record_missing();
    }
    columns.put(option.text("name"), PhpValue::of(option.text("value")));
    course.options[option.text("name")] = option.text("value");
  }
  take_columns(context.settings, columns, course);
}

Course course_from(const Context& context, const PhpValue& row) {
  enter_category(context, row.number("categoryid"));
  context.require("moodle/course:create");
  check_not_blank(row.text("fullname"), "fullname");
  check_not_blank(row.text("shortname"), "shortname");
  if (row.has("lang")) check_language(context.settings, row.text("lang"));

  Course course;
  course.category = row.number("categoryid");
  take_columns(context.settings, row, course);
  if (!context.can("moodle/course:setforcedlanguage")) course.lang.clear();
  default_visibility(context, row, course);
  Context::check_format(course.summaryformat);
  default_dates(context, row, course);
  take_format_options(context, row, course);
  return course;
}

Json create_one(const Context& context, const PhpValue& row) {
  Course course = course_from(context, row);
  check_shortname_free(context.site, course.shortname);
  check_idnumber_free(context.site, course.idnumber);
  check_dates(course.startdate, course.enddate);
  check_columns(context.settings, course);
  course.timecreated = course.timemodified = context.now();
  course.welcome_message = context.settings.welcome_message;
  const Id id = context.site.add_course(course);
  if (!row.list("customfields").empty()) {
    for (const PhpValue& field : row.list("customfields")) {
      set_custom_field(context.settings.course_fields, field, course.customfields);
    }
    Course stored = *context.site.courses.find(id);
    stored.customfields = std::move(course.customfields);
    context.site.courses.update(std::move(stored));
  }
  return {{"id", id}, {"shortname", row.text("shortname")}};
}

/// The rights that are needed only for a field whose value differs from the stored one.
void check_rights(const Context& context, const PhpValue& row, const Course& old) {
  const auto text_changes = [&](const char* field, const std::string& stored) {
    return row.has(field) && row.text(field) != stored;
  };
  const auto number_changes = [&](const char* field, Id stored) {
    return row.has(field) && row.number(field) != stored;
  };
  context.require("moodle/course:update");
  if (number_changes("categoryid", old.category)) context.require("moodle/course:changecategory");
  if (text_changes("fullname", old.fullname)) context.require("moodle/course:changefullname");
  if (row.has("fullname")) check_not_blank(row.text("fullname"), "fullname");
  if (text_changes("shortname", old.shortname)) context.require("moodle/course:changeshortname");
  if (row.has("shortname")) check_not_blank(row.text("shortname"), "shortname");
  if (text_changes("idnumber", old.idnumber)) context.require("moodle/course:changeidnumber");
  if (text_changes("summary", old.summary) || number_changes("summaryformat", old.summaryformat)) {
    context.require("moodle/course:changesummary");
  }
  if (row.has("summaryformat")) Context::check_format(row.number("summaryformat"));
  if (text_changes("lang", old.lang)) {
    context.require("moodle/course:setforcedlanguage");
    check_language(context.settings, row.text("lang"));
  }
  if (number_changes("visible", old.visible)) context.require("moodle/course:visibility");
}

/// One after the other, each kept at once: a later bad value does not undo an earlier one.
void write_custom_fields(const Context& context, const PhpValue& row, Id id) {
  for (const PhpValue& field : row.list("customfields")) {
    Course course = *context.site.courses.find(id);
    set_custom_field(context.settings.course_fields, field, course.customfields);
    context.site.courses.update(std::move(course));
  }
}

void update_one(const Context& context, const PhpValue& row) {
  const Id id = row.number("id");
  const Course* found = context.site.courses.find(id);
  if (found == nullptr) throw record_missing();
  if (id == 1) throw moodle_exception("invalidcourse", "Invalid course");
  context.enter(*found);
  const Course old = *found;
  check_rights(context, row, old);
  if (row.has("shortname") && row.text("shortname") != old.shortname) {
    check_shortname_free(context.site, row.text("shortname"));
  }
  if (row.has("idnumber") && row.text("idnumber") != old.idnumber) {
    check_idnumber_free(context.site, row.text("idnumber"));
  }
  check_dates(row.number("startdate"), row.number("enddate"));  // Only against each other.
  write_custom_fields(context, row, id);

  Course course = *context.site.courses.find(id);
  take_columns(context.settings, row, course);
  check_columns(context.settings, course);
  course.timemodified = context.now();
  const Id category = row.number("categoryid");
  const bool moves = category != 0 && category != old.category;
  const Category* target = context.site.categories.find(category);
  if (moves && course.visible == old.visible && (target == nullptr || target->visible == 0)) {
    course.visible = 0;
  }
  if (moves) context.site.move_course(course, category);
  context.site.courses.update(std::move(course));
  // Moodle looks for the new category's context only now, with the row already written.
  if (moves && target == nullptr) throw record_missing();
}

}  // namespace

Json create_courses(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  Json created = Json::array();
  for (const PhpValue& row : params.list("courses")) created.push_back(create_one(context, row));
  transaction.commit();
  return created;
}

Json update_courses(Context& context, const PhpValue& params) {
  Json warnings = Json::array();
  for (const PhpValue& row : params.list("courses")) {
    try {
      update_one(context, row);
    } catch (const MoodleError& error) {
      warnings.push_back(warning_of("course", row.number("id"), error, context.settings.debug));
    }
  }
  return {{"warnings", warnings}};
}

}  // namespace moodlesync::sim
