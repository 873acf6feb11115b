#pragma once

#include <map>
#include <set>

#include "moodlesync/co.h"
#include "moodlesync/ids.h"
#include "moodlesync/moodle.h"

namespace moodlesync::enrollments {

/// Who is enrolled in a course, by whatever method, with the roles held there.
using Roster = std::map<MoodleId, std::set<MoodleId>>;

enum class RosterOf {
  kAll,
  kActive,  ///< Not suspended, within the times. Needs moodle/course:enrolreview.
};

/// Errors: as Moodle answers; kRejected with `invalidrecordunknown` when it has no such course;
/// kTransient for an answer of another form.
[[nodiscard]] Co<Result<Roster>> read_roster(Moodle& moodle, MoodleId course, RosterOf which);

}  // namespace moodlesync::enrollments
