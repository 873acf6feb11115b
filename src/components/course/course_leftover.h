#pragma once

#include <optional>
#include <string>

#include "base/sent_values.h"
#include "components/course/course_lookup.h"
#include "moodlesync/link.h"

/// What an attempt whose end we do not know may have left in Moodle.
///
/// A created course has its idnumber from the start. A copy has not: Moodle backs up and restores
/// for minutes, without a transaction, and the idnumber comes with the update afterwards. So the
/// link remembers under which short name a copy was asked for, before it is asked for; and the copy
/// is left alone until it must have ended.
namespace moodlesync::course {

/// `link` as it is to be remembered while Moodle makes the copy that `row` describes.
[[nodiscard]] Link with_copy_owed(Link link, const base::Values& row);

/// Whether a copy was asked for whose end nobody knows.
[[nodiscard]] bool is_copy_owed(const Link& link);

/// Nobody knows how the copy ended: `error` with the time after which it must have. Notes in `link`
/// that this time is being waited for.
[[nodiscard]] Error copy_may_go_on(Link& link, Error error);

/// The course with our `idnumber`, or else the copy that the link remembers. Nothing: there is
/// none, and the link has forgotten the copy. Errors: kInDoubt with code `copy_may_go_on` while
/// Moodle may still be making it; those of CourseLookup.
[[nodiscard]] Co<Result<std::optional<FoundCourse>>> find_leftover(CourseLookup& lookup, Link& link,
                                                                   std::string idnumber);

}  // namespace moodlesync::course
