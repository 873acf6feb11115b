#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

Json enrol_users(Context& context, const PhpValue& params);
Json unenrol_users(Context& context, const PhpValue& params);
Json unassign_roles(Context& context, const PhpValue& params);
Json get_enrolled_users(Context& context, const PhpValue& params);

/// Moodle's short name of a standard role; "" for one that does not exist.
[[nodiscard]] const char* role_shortname(Id role);

}  // namespace moodlesync::sim
