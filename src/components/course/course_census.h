#pragma once

#include <string>
#include <vector>

#include "moodlesync/component.h"

namespace moodlesync::course {

/// All courses whose idnumber is one of ours, category by category: all of a site in one answer
/// would be hundreds of megabytes.
[[nodiscard]] Co<Result<std::vector<Stamped>>> count_courses(Moodle& moodle, std::string prefix);

}  // namespace moodlesync::course
