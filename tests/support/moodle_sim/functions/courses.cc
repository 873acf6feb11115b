// The declarations of the course functions and the rules that create and update share (Moodle 5.1,
// course/externallib.php, course/lib.php).
#include "support/moodle_sim/functions/courses.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

struct NumberColumn {
  const char* name;
  Id Course::*column;
};

constexpr NumberColumn kNumberColumns[] = {
    {"summaryformat", &Course::summaryformat},
    {"showgrades", &Course::showgrades},
    {"newsitems", &Course::newsitems},
    {"startdate", &Course::startdate},
    {"enddate", &Course::enddate},
    {"numsections", &Course::numsections},
    {"showreports", &Course::showreports},
    {"visible", &Course::visible},
    {"groupmode", &Course::groupmode},
    {"groupmodeforce", &Course::groupmodeforce},
    {"defaultgroupingid", &Course::defaultgroupingid},
    {"enablecompletion", &Course::enablecompletion},
    {"completionnotify", &Course::completionnotify},
};

constexpr Id kMaxUpload = Id{2} * 1024 * 1024;  // PHP's own default: upload_max_filesize=2M.

void check_smallint(Id value, const char* column) {
  if (value > std::numeric_limits<std::int16_t>::max() ||
      value < std::numeric_limits<std::int16_t>::min()) {
    throw write_failed(std::string("value out of range for column ") + column);
  }
}

MoodleError invalid_param(const std::string& param) {
  return moodle_exception("errorinvalidparam", "The param \"" + param + "\" is invalid.");
}

/// The fields of create and update after the ones that only create demands.
Params optional_fields() {
  Params fields = {optional("idnumber", Type::kRaw), optional("summary", Type::kRaw),
                   optional("format", Type::kPlugin), optional("lang", Type::kSafeDir),
                   optional("forcetheme", Type::kPlugin)};
  for (const char* name :
       {"showgrades", "newsitems", "startdate", "enddate", "numsections", "maxbytes", "showreports",
        "visible", "hiddensections", "groupmode", "groupmodeforce", "defaultgroupingid",
        "enablecompletion", "completionnotify"}) {
    fields.push_back(optional(name, Type::kInt));
  }
  fields.push_back(rows("courseformatoptions",
                        {required("name", Type::kAlphaNumExt), required("value", Type::kRaw)},
                        Param::Need::kOptional));
  fields.push_back(rows("customfields",
                        {required("shortname", Type::kAlphaNumExt), required("value", Type::kRaw)},
                        Param::Need::kOptional));
  return fields;
}

Params with_optional_fields(Params first) {
  for (Param& field : optional_fields()) first.push_back(std::move(field));
  return first;
}

}  // namespace

void take_columns(const Settings& settings, const PhpValue& row, Course& course) {
  for (const NumberColumn& number : kNumberColumns) {
    if (row.has(number.name)) course.*number.column = row.number(number.name);
  }
  if (row.has("maxbytes")) course.maxbytes = std::min(row.number("maxbytes"), kMaxUpload);
  if (row.has("fullname")) course.fullname = row.text("fullname");
  if (row.has("shortname")) course.shortname = row.text("shortname");
  if (row.has("idnumber")) course.idnumber = row.text("idnumber");
  if (row.has("summary")) course.summary = row.text("summary");
  if (row.has("format")) course.format = row.text("format");
  if (row.has("lang")) course.lang = row.text("lang");
  if (row.has("forcetheme") && settings.allow_course_themes) course.theme = row.text("forcetheme");
  if (row.has("hiddensections")) course.options["hiddensections"] = row.text("hiddensections");
}

void check_dates(Id start, Id end) {
  if (end == 0) return;
  if (start == 0) {
    throw moodle_exception("nostartdatenoenddate",
                           "A course end date can only be set if a start date is also set.");
  }
  if (end < start) {
    throw moodle_exception("enddatebeforestartdate",
                           "The course end date must be after the start date.");
  }
}

void check_columns(const Settings& settings, const Course& course) {
  constexpr std::size_t kWideName = 1333;
  constexpr std::size_t kOldName = 254;
  check_length(course.fullname, settings.version == Version::k51 ? kWideName : kOldName,
               "fullname");
  check_length(course.shortname, 255, "shortname");
  check_length(course.idnumber, 100, "idnumber");
  check_length(course.format, 21, "format");
  check_length(course.lang, 30, "lang");
  check_length(course.theme, 50, "theme");
  check_smallint(course.showgrades, "showgrades");
  check_smallint(course.showreports, "showreports");
  check_smallint(course.visible, "visible");
  check_smallint(course.groupmode, "groupmode");
  check_smallint(course.groupmodeforce, "groupmodeforce");
  check_smallint(course.enablecompletion, "enablecompletion");
  check_smallint(course.completionnotify, "completionnotify");
}

void check_not_blank(const std::string& name, const char* param) {
  if (trim(name).empty()) throw invalid_param(param);
}

void check_language(const Settings& settings, const std::string& lang) {
  if (!settings.languages.contains(lang)) throw invalid_param("lang");
}

void check_shortname_free(const Site& site, const std::string& shortname) {
  if (shortname.empty() || shortname == "0") return;
  if (site.course_with_shortname(shortname) == nullptr) return;
  throw moodle_exception("shortnametaken",
                         "Short name is already used for another course (" + shortname + ")");
}

void check_idnumber_free(const Site& site, const std::string& idnumber) {
  if (idnumber.empty() || idnumber == "0") return;
  if (site.course_with_idnumber(idnumber) == nullptr) return;
  throw moodle_exception("courseidnumbertaken",
                         "ID number is already used for another course (" + idnumber + ")");
}

std::vector<Function> course_functions() {
  return {
      {"core_course_create_courses",
       {rows("courses", with_optional_fields({required("fullname", Type::kText),
                                              required("shortname", Type::kText),
                                              required("categoryid", Type::kInt),
                                              with_default("summaryformat", Type::kInt, "1")}))},
       create_courses},
      {"core_course_update_courses",
       {rows("courses", with_optional_fields(
                            {required("id", Type::kInt), optional("fullname", Type::kText),
                             optional("shortname", Type::kText), optional("categoryid", Type::kInt),
                             optional("summaryformat", Type::kInt)}))},
       update_courses},
      {"core_course_delete_courses", {values("courseids", Type::kInt)}, delete_courses},
      {"core_course_duplicate_course",
       {required("courseid", Type::kInt), required("fullname", Type::kText),
        required("shortname", Type::kText), required("categoryid", Type::kInt),
        with_default("visible", Type::kInt, "1"),
        rows("options", {required("name", Type::kAlphaExt), required("value", Type::kRaw)},
             Param::Need::kDefault)},
       duplicate_course},
      {"core_course_get_courses_by_field",
       {with_default("field", Type::kAlpha, ""), with_default("value", Type::kRaw, "")},
       get_courses_by_field},
  };
}

}  // namespace moodlesync::sim
