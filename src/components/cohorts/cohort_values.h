#pragma once

#include "base/sent_values.h"
#include "components/cohorts/cohorts_settings.h"
#include "moodlesync/entity.h"
#include "moodlesync/result.h"

namespace moodlesync::cohorts {

/// What Moodle's cohort ought to hold: `name`, `idnumber`, `place` (system or a category's id) and,
/// where mapped, `description` with `descriptionformat`, and `visible`.
///
/// Errors: kRejected with code `missing_value` or `too_long`.
[[nodiscard]] Result<base::Values> wanted_values(const CohortSource& source, const Entity& entity);

/// The variables that each create and update must hold: where the cohort belongs, its name and
/// idnumber. Moodle demands them every time.
void add_required(Params& row, const base::Values& wanted);

/// The variables of those of `values` that may be left out.
void add_optional(Params& row, const base::Values& values);

}  // namespace moodlesync::cohorts
