#pragma once

#include "moodlesync/moodle.h"

/// Moodle's functions for enrolments (Moodle 5.1, enrol/manual/externallib.php,
/// enrol/externallib.php). All writes of one user share one key: two calls that touch the same user
/// wait for each other, or deadlock (base::user_key).
namespace moodlesync::enrollments {

/// What is left out counts as 0, so timestart, timeend and suspend are always sent. Every row may
/// mail the student again (Moodle 4.5 and later), also one that changes nothing.
inline constexpr Function kEnrolUsers{.name = "enrol_manual_enrol_users",
                                      .shape = Function::Shape::kRows,
                                      .list = "enrolments",
                                      .answer = Function::Answer::kNothing,
                                      .max_batch = 100,
                                      .timeout = std::chrono::seconds(180)};

inline constexpr Function kUnenrolUsers{.name = "enrol_manual_unenrol_users",
                                        .shape = Function::Shape::kRows,
                                        .list = "enrolments",
                                        .answer = Function::Answer::kNothing,
                                        .max_batch = 100,
                                        .timeout = std::chrono::seconds(120)};

inline constexpr Function kUnassignRoles{.name = "core_role_unassign_roles",
                                         .shape = Function::Shape::kRows,
                                         .list = "unassignments",
                                         .answer = Function::Answer::kNothing,
                                         .max_batch = 100,
                                         .timeout = std::chrono::seconds(120)};

/// All enrolment methods together; tells neither method nor times.
inline constexpr Function kGetEnrolledUsers{.name = "core_enrol_get_enrolled_users",
                                            .effect = Function::Effect::kRead,
                                            .shape = Function::Shape::kSingle,
                                            .answer = Function::Answer::kWhole,
                                            .timeout = std::chrono::seconds(120)};

}  // namespace moodlesync::enrollments
