#pragma once

#include <optional>
#include <string>
#include <variant>

#include "components/course/course_settings.h"
#include "moodlesync/component.h"
#include "moodlesync/outcome.h"

namespace moodlesync::course {

/// The category that a course belongs in, and why.
struct Placement {
  MoodleId category;
  std::string reason;  ///< "the category of taxonomy_term:3", for messages.
};

/// Fixed, or the referenced term's; where there is no such term or it will not get a category: the
/// fallback. Waiting when the term's category is still to be made.
[[nodiscard]] std::variant<Placement, Waiting> placement_of(const CourseSource& source,
                                                            const Conversation& conversation);

/// The course to copy; empty: the course is made from nothing.
///
/// Waiting when the template's course is still to be made. Error kRejected `no_template` when a
/// template is asked for that has none and will not get one: an empty course would be wrong, and
/// nobody would notice.
[[nodiscard]] std::variant<std::optional<MoodleId>, Waiting, Error> template_of(
    const CourseSource& source, const Conversation& conversation);

}  // namespace moodlesync::course
