#pragma once

#include "base/sent_values.h"
#include "moodlesync/link.h"
#include "moodlesync/moodle.h"

/// What Moodle's answer about an account says of the values that we keep in step.
namespace moodlesync::users {

/// Whether there is such an account: Moodle also shows those that were deleted, with a hash in
/// place of the address.
[[nodiscard]] bool is_living_account(const Json& account);

/// Notes in the link what Moodle holds of `wanted`. What Moodle leaves out is empty there only
/// where it leaves out what is empty, and only if it shows the account whole.
void take_over_account(Link& link, const base::Values& wanted, Json account);

}  // namespace moodlesync::users
