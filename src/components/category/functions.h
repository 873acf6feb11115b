#pragma once

#include "moodlesync/moodle.h"

/// Moodle's functions for course categories. Batch sizes and times: measured on Moodle 5.1; every
/// category write renumbers categories and re-checks all courses of the site, and two at a time
/// deadlock, hence base::kCategoryTreeKey for all.
namespace moodlesync::category {

inline constexpr Function kCreateCategories{.name = "core_course_create_categories",
                                            .shape = Function::Shape::kRows,
                                            .list = "categories",
                                            .answer = Function::Answer::kInOrder,
                                            .max_batch = 20,
                                            .timeout = std::chrono::seconds(180)};

inline constexpr Function kUpdateCategories{.name = "core_course_update_categories",
                                            .shape = Function::Shape::kRows,
                                            .list = "categories",
                                            .answer = Function::Answer::kNothing,
                                            .max_batch = 20,
                                            .timeout = std::chrono::seconds(180)};

/// Its criteria are combined with AND: one look-up per call.
inline constexpr Function kGetCategories{.name = "core_course_get_categories",
                                         .effect = Function::Effect::kRead,
                                         .shape = Function::Shape::kSingle,
                                         .answer = Function::Answer::kWhole};

/// Unknown ids are silently missing in the answer.
inline constexpr Function kGetCategoriesById{.name = "core_course_get_categories",
                                             .effect = Function::Effect::kRead,
                                             .shape = Function::Shape::kJoined,
                                             .list = "criteria[0][value]",
                                             .answer = Function::Answer::kMatch,
                                             .match = "id",
                                             .max_batch = 100};

}  // namespace moodlesync::category
