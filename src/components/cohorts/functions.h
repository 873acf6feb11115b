#pragma once

#include "moodlesync/moodle.h"

/// Moodle's functions for cohorts and their members. Batch sizes: measured on Moodle 5.1.
namespace moodlesync::cohorts {

inline constexpr Function kCreateCohorts{.name = "core_cohort_create_cohorts",
                                         .list = "cohorts",
                                         .answer = Function::Answer::kInOrder,
                                         .max_batch = 50};

inline constexpr Function kUpdateCohorts{.name = "core_cohort_update_cohorts",
                                         .list = "cohorts",
                                         .answer = Function::Answer::kNothing,
                                         .max_batch = 50};

/// An unknown cohort undoes the whole call.
inline constexpr Function kDeleteCohorts{.name = "core_cohort_delete_cohorts",
                                         .shape = Function::Shape::kValues,
                                         .list = "cohortids",
                                         .answer = Function::Answer::kNothing,
                                         .max_batch = 1};

/// Its warnings name no row. "3": already a member.
inline constexpr Function kAddMembers{.name = "core_cohort_add_cohort_members",
                                      .list = "members",
                                      .answer = Function::Answer::kWarnings,
                                      .done_code = "3",
                                      .repeatable = true,
                                      .max_batch = 200};

inline constexpr Function kDeleteMembers{.name = "core_cohort_delete_cohort_members",
                                         .list = "members",
                                         .answer = Function::Answer::kNothing,
                                         .max_batch = 200};

inline constexpr Function kSearchCohorts{.name = "core_cohort_search_cohorts",
                                         .effect = Function::Effect::kRead,
                                         .shape = Function::Shape::kSingle,
                                         .answer = Function::Answer::kWhole};

inline constexpr Function kGetCohorts{.name = "core_cohort_get_cohorts",
                                      .effect = Function::Effect::kRead,
                                      .shape = Function::Shape::kSingle,
                                      .answer = Function::Answer::kWhole};

}  // namespace moodlesync::cohorts
