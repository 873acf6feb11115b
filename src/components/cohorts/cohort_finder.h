#pragma once

#include <string>

#include "moodlesync/component.h"

namespace moodlesync::cohorts {

/// What is known of the cohort with some idnumber.
struct Sighting {
  enum class State {
    kFound,
    kNobody,
    kUnseeable,  ///< The service has no function that reads cohorts.
  };
  State state = State::kUnseeable;
  MoodleId id = {};
};

/// Whether cohorts can be looked up at all.
[[nodiscard]] bool can_find(const Moodle& moodle);

/// Cohorts whose name, idnumber or description holds `text`, in all contexts.
[[nodiscard]] Call search_call(const std::string& text);

/// Looks for the cohort with this idnumber, in all contexts. kNobody only when Moodle's reads can
/// be believed; else kTransient with code `reads_untrusted`.
///
/// Lifetime: `moodle` must outlive the coroutine. Errors: those of the call, but a missing right to
/// read is only kUnseeable: nothing depends on it.
[[nodiscard]] Co<Result<Sighting>> find_cohort(Moodle& moodle, std::string idnumber);

/// All cohorts whose idnumber is one of ours; without core_cohort_get_cohorts those of the system
/// only.
[[nodiscard]] Co<Result<std::vector<Stamped>>> count_cohorts(Moodle& moodle, std::string prefix);

}  // namespace moodlesync::cohorts
