#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

Json create_courses(Context& context, const PhpValue& params);
Json update_courses(Context& context, const PhpValue& params);
Json delete_courses(Context& context, const PhpValue& params);
Json duplicate_course(Context& context, const PhpValue& params);
Json get_courses_by_field(Context& context, const PhpValue& params);

/// The plain columns that create and update share: copies what the row has into the course.
void take_columns(const Settings& settings, const PhpValue& row, Course& course);

/// Throws `enddatebeforestartdate` or `nostartdatenoenddate`.
void check_dates(Id start, Id end);

/// Throws `dmlwriteexception` for a value that its column cannot hold.
void check_columns(const Settings& settings, const Course& course);

/// Throws `errorinvalidparam` for a blank full or short name and for a language that is not
/// installed.
void check_not_blank(const std::string& name, const char* param);
void check_language(const Settings& settings, const std::string& lang);

/// A short name or idnumber of "0" counts as empty and escapes the check, as PHP's empty() has it.
void check_shortname_free(const Site& site, const std::string& shortname);
void check_idnumber_free(const Site& site, const std::string& idnumber);

}  // namespace moodlesync::sim
