#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/param_types.h"
#include "base/sent_values.h"
#include "components/course/course_settings.h"
#include "moodlesync/entity.h"
#include "moodlesync/result.h"

namespace moodlesync::course {

/// A course field that can be mapped, and how its value is written.
struct CourseField {
  std::string_view setting;  ///< Key under `fields:`.
  std::string_view param;    ///< Moodle's name of it.
  enum class Encoding {
    kText,
    kSummary,    ///< Together with its format.
    kName,       ///< Of a plugin; when empty, Moodle's stays.
    kTheme,      ///< Of a plugin; when empty, Moodle's is cleared.
    kLanguage,   ///< Moodle cannot clear it: when empty, Moodle's stays.
    kNumber,     ///< When empty, Moodle's stays: numbers cannot be cleared.
    kFlag,       ///< Likewise.
    kGroupMode,  ///< 0, 1, 2, or none, separate, visible; likewise.
    kDate,       ///< Unix seconds; 0 when empty.
  } encoding = Encoding::kText;
  std::size_t max_length = 0;
};

// Lengths: Moodle 5.1, lib/db/install.xml (course).
inline constexpr std::array<CourseField, 13> kCourseFields{{
    {"fullname", "fullname", CourseField::Encoding::kText, 1333},
    {"shortname", "shortname", CourseField::Encoding::kText, 255},
    {"summary", "summary", CourseField::Encoding::kSummary, 0},
    {"format", "format", CourseField::Encoding::kName, 21},
    {"showgrades", "showgrades", CourseField::Encoding::kFlag, 0},
    {"newsitems", "newsitems", CourseField::Encoding::kNumber, 0},
    {"startdate", "startdate", CourseField::Encoding::kDate, 0},
    {"enddate", "enddate", CourseField::Encoding::kDate, 0},
    {"visible", "visible", CourseField::Encoding::kFlag, 0},
    {"groupmode", "groupmode", CourseField::Encoding::kGroupMode, 0},
    {"groupmodeforce", "groupmodeforce", CourseField::Encoding::kFlag, 0},
    {"lang", "lang", CourseField::Encoding::kLanguage, 30},
    {"theme", "forcetheme", CourseField::Encoding::kTheme, 50},
}};

/// What Moodle's course ought to hold, without its category. Custom fields stand under
/// "customfields[short name]".
///
/// Errors: kRejected as for base::to_param, and `bad_value` for dates that Moodle would refuse.
[[nodiscard]] Result<base::Values> wanted_values(const CourseSource& source, const Entity& entity);

/// Adds what Moodle would fill in by defaults that differ between its versions.
[[nodiscard]] base::Values with_create_defaults(base::Values values);

/// Of `changed` and what must accompany it: both dates, or a text and its format.
[[nodiscard]] base::Values with_companions(base::Values changed, const base::Values& wanted);

/// Adds the values to a row of core_course_create_courses or core_course_update_courses.
void add_to_row(Params& row, const base::Values& values);

}  // namespace moodlesync::course
