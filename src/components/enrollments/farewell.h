#pragma once

#include <set>

#include "components/enrollments/enrollments_settings.h"
#include "components/enrollments/held.h"

namespace moodlesync::enrollments {

/// What is done about somebody who has no reason left to be in the course.
enum class Farewell {
  kNothing,  ///< Is suspended already.
  kForget,   ///< Is not enrolled, or not ours: no call, and we know nothing of him any more.
  kSuspend,
  kUnenrol,
  kUnassign,   ///< Only our roles.
  kAskRoster,  ///< It depends on what else he holds in Moodle.
};

/// The decision without a look into Moodle, where that is enough. `by_registration`: the
/// registrations' rule applies.
[[nodiscard]] Farewell farewell(const EnrollmentsSource& source, const Held& held,
                                bool by_registration);

/// The decision for kAskRoster. `roles`: what Moodle says he holds in the course; null: he is not
/// enrolled.
[[nodiscard]] Farewell farewell_of_enrolled(const EnrollmentsSource& source, const Held& held,
                                            bool by_registration, const std::set<MoodleId>* roles);

}  // namespace moodlesync::enrollments
