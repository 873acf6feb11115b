#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/sent_values.h"
#include "components/course/course_lookup.h"

namespace moodlesync::course {

/// What one of Moodle's codes means for the values that were sent, as a sentence for the operator;
/// "" when the code says enough. Moodle's own messages name neither the field nor the value.
[[nodiscard]] std::string diagnosis(std::string_view code, const base::Values& sent);

/// Who holds a name that we want: "the short name 'x' belongs to course 7 'Y' (idnumber 'z')".
[[nodiscard]] std::string holder(const std::string& what, const FoundCourse& course);

}  // namespace moodlesync::course
