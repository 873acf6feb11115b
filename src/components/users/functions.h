#pragma once

#include "moodlesync/moodle.h"

/// Moodle's functions for user accounts. Batch sizes and times: measured on Moodle 5.1; the check
/// for a taken e-mail address reads all accounts of the site, 57 ms a row at 50,000.
namespace moodlesync::users {

inline constexpr Function kCreateUsers{.name = "core_user_create_users",
                                       .list = "users",
                                       .answer = Function::Answer::kInOrder,
                                       .max_batch = 100,
                                       .timeout = std::chrono::seconds(120)};

/// The same with `createpassword`: one mail after the other leaves within the request.
inline constexpr Function kCreateUsersByMail{.name = "core_user_create_users",
                                             .list = "users",
                                             .answer = Function::Answer::kInOrder,
                                             .max_batch = 10,
                                             .timeout = std::chrono::seconds(120)};

inline constexpr Function kUpdateUsers{.name = "core_user_update_users",
                                       .list = "users",
                                       .answer = Function::Answer::kWarnings,
                                       .match = "id",
                                       .all_or_nothing = false,
                                       .max_batch = 100,
                                       .timeout = std::chrono::seconds(120)};

/// One account per call: an unknown one undoes the whole call.
inline constexpr Function kDeleteUsers{.name = "core_user_delete_users",
                                       .shape = Function::Shape::kValues,
                                       .list = "userids",
                                       .answer = Function::Answer::kNothing,
                                       .max_batch = 1};

inline constexpr Function kByIdnumber{.name = "core_user_get_users_by_field",
                                      .effect = Function::Effect::kRead,
                                      .shape = Function::Shape::kValues,
                                      .list = "values",
                                      .answer = Function::Answer::kMatch,
                                      .match = "idnumber",
                                      .max_batch = 100};

inline constexpr Function kByUsername{.name = "core_user_get_users_by_field",
                                      .effect = Function::Effect::kRead,
                                      .shape = Function::Shape::kValues,
                                      .list = "values",
                                      .answer = Function::Answer::kMatch,
                                      .match = "username",
                                      .max_batch = 100};

inline constexpr Function kByEmail{.name = "core_user_get_users_by_field",
                                   .effect = Function::Effect::kRead,
                                   .shape = Function::Shape::kValues,
                                   .list = "values",
                                   .answer = Function::Answer::kMatch,
                                   .match = "email",
                                   .max_batch = 100};

/// Finds addresses in any case, which by_field does not. Its values are LIKE patterns.
inline constexpr Function kSearchUsers{.name = "core_user_get_users",
                                       .effect = Function::Effect::kRead,
                                       .shape = Function::Shape::kSingle,
                                       .answer = Function::Answer::kWhole};

/// Also finds deleted accounts.
inline constexpr Function kAccountsById{.name = "core_user_get_users_by_field",
                                        .effect = Function::Effect::kRead,
                                        .shape = Function::Shape::kValues,
                                        .list = "values",
                                        .answer = Function::Answer::kMatch,
                                        .match = "id",
                                        .max_batch = 100};

inline constexpr Function kById{.name = "core_user_get_users_by_field",
                                .effect = Function::Effect::kRead,
                                .shape = Function::Shape::kValues,
                                .list = "values",
                                .answer = Function::Answer::kMatch,
                                .match = "id",
                                .max_batch = 1};

/// Without any row, so that nothing can happen: these two look at the capability before they look
/// at the rows, and say `nopermissions` or `invalidparameter`.
inline constexpr Function kAskForUpdate{.name = "core_user_update_users",
                                        .effect = Function::Effect::kRead,
                                        .shape = Function::Shape::kSingle,
                                        .answer = Function::Answer::kWhole};
inline constexpr Function kAskForDelete{.name = "core_user_delete_users",
                                        .effect = Function::Effect::kRead,
                                        .shape = Function::Shape::kSingle,
                                        .answer = Function::Answer::kWhole};

}  // namespace moodlesync::users
