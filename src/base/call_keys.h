#pragma once

#include <string>
#include <string_view>

#include "moodlesync/ids.h"

/// Keys and groups (Call::key, Call::group) that calls of several components have in common.
namespace moodlesync::base {

/// Every write of a category and every course that is made: Moodle mends the order and the course
/// counts of all categories with each, and two at a time deadlock (seen on Moodle 5.1).
inline constexpr std::string_view kCategoryTreeKey = "categories";

/// Writes to one course; the group of its enrolments.
[[nodiscard]] inline std::string course_key(MoodleId course) {
  return "course:" + to_string(course);
}

/// Writes to one account and to its enrolments. With each enrolment Moodle marks the user's rights
/// as changed, in a row that stays locked until the whole call is done (cache_flags; seen on Moodle
/// 5.1): another call with an enrolment of that user would only wait, and get as much done as none.
[[nodiscard]] inline std::string user_key(MoodleId user) { return "user:" + to_string(user); }

}  // namespace moodlesync::base
