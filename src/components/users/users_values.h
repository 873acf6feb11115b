#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/sent_values.h"
#include "components/users/users_settings.h"
#include "moodlesync/entity.h"
#include "moodlesync/result.h"

namespace moodlesync::users {

/// What Moodle's account ought to hold, by the names under which the link remembers it: Moodle's
/// fields, `customfields.NAME`, `preferences.NAME`, and `suspended` where that is ours to say.
///
/// Errors: kRejected as for to_user_value; never with a value in its message.
[[nodiscard]] Result<base::Values> wanted_values(const UserSource& source, const Entity& entity);

/// The day on which these Unix seconds fall in UTC, as profile fields of the type datetime take it:
/// "1999-12-31".
[[nodiscard]] std::string utc_day(std::int64_t seconds);

/// The first role of `entity` that keeps it out of Moodle, or "".
[[nodiscard]] std::string excluded_role(const UserSource& source, const Entity& entity);

/// Writes `values` as the variables of a row; customfields and preferences become lists.
void add_to_row(Params& row, const base::Values& values);

}  // namespace moodlesync::users
