#pragma once

#include <string>
#include <string_view>

#include "moodlesync/ids.h"

/// Keys (Call::key) that calls of several components share: two of one key are never out at once.
namespace moodlesync::base {

/// Every write of a category and every course that is made: Moodle mends the order and the course
/// counts of all categories with each, and two at a time deadlock (seen on Moodle 5.1).
inline constexpr std::string_view kCategoryTreeKey = "categories";

/// Writes to one course and to its enrolments.
[[nodiscard]] inline std::string course_key(MoodleId course) {
  return "course:" + to_string(course);
}

}  // namespace moodlesync::base
