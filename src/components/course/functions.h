#pragma once

#include "moodlesync/moodle.h"

/// Moodle's functions for courses. Batch sizes and times: measured on Moodle 5.1.
namespace moodlesync::course {

/// A create renumbers its whole category inside the transaction: batches of fifty are slower per
/// course. Twenty are a tenth faster than ten on a small site and no slower on a large one. It also
/// mends the order and the course counts of all categories, so that two at a time deadlock, even in
/// different categories, and so does one beside a category's write: base::kCategoryTreeKey for all.
inline constexpr Function kCreateCourses{.name = "core_course_create_courses",
                                         .shape = Function::Shape::kRows,
                                         .list = "courses",
                                         .answer = Function::Answer::kInOrder,
                                         .max_batch = 20,
                                         .timeout = std::chrono::seconds(180)};

/// Not even one row is atomic: after a warning half of it may have been written.
inline constexpr Function kUpdateCourses{.name = "core_course_update_courses",
                                         .shape = Function::Shape::kRows,
                                         .list = "courses",
                                         .answer = Function::Answer::kWarnings,
                                         .match = "id",
                                         .all_or_nothing = false,
                                         .max_batch = 50,
                                         .timeout = std::chrono::seconds(180)};

/// With the recycle bin on (default) each delete makes a full backup first.
inline constexpr Function kDeleteCourses{.name = "core_course_delete_courses",
                                         .shape = Function::Shape::kValues,
                                         .list = "courseids",
                                         .answer = Function::Answer::kWarnings,
                                         .match = "id",
                                         .all_or_nothing = false,
                                         .max_batch = 1,
                                         .timeout = std::chrono::seconds(600)};

/// Backup and restore in one request, without a transaction; minutes for a big course.
inline constexpr Function kDuplicateCourse{.name = "core_course_duplicate_course",
                                           .shape = Function::Shape::kSingle,
                                           .answer = Function::Answer::kWhole,
                                           .timeout = std::chrono::seconds(900)};

/// `ids` with an unknown id makes PHP 8 fail, hence one look-up per call.
inline constexpr Function kGetCourses{.name = "core_course_get_courses_by_field",
                                      .effect = Function::Effect::kRead,
                                      .shape = Function::Shape::kSingle,
                                      .answer = Function::Answer::kWhole};

/// An unknown id fails the whole call; the others then go without it.
inline constexpr Function kGetCoursesById{.name = "core_course_get_courses_by_field",
                                          .effect = Function::Effect::kRead,
                                          .shape = Function::Shape::kJoined,
                                          .list = "value",
                                          .answer = Function::Answer::kMatch,
                                          .match = "id",
                                          .within = "courses",
                                          .max_batch = 100};

inline constexpr Function kGetCategories{.name = "core_course_get_categories",
                                         .effect = Function::Effect::kRead,
                                         .shape = Function::Shape::kSingle,
                                         .answer = Function::Answer::kWhole,
                                         .of_planned = R"([{"id":$id,"visible":1}])"};

}  // namespace moodlesync::course
