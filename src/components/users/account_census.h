#pragma once

#include <string>
#include <vector>

#include "moodlesync/component.h"

namespace moodlesync::users {

/// All accounts whose idnumber is one of ours and whose address begins with a letter or a digit.
/// Moodle cannot list a part of the accounts but by such a beginning, and all of them in one answer
/// take minutes.
[[nodiscard]] Co<Result<std::vector<Stamped>>> count_accounts(Moodle& moodle, std::string prefix);

}  // namespace moodlesync::users
