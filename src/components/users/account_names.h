#pragma once

#include <string>
#include <string_view>

#include "moodlesync/result.h"

/// Usernames and e-mail addresses by Moodle's rules, so that an account is refused here, with the
/// reason, and not by Moodle, which only says that something is wrong.
///
/// Messages name the field, the place and the character that is at fault, never the name or
/// address: they end up in a log.
namespace moodlesync::users {

enum class UsernameRule {
  kPlain,     ///< [a-z0-9._@-]
  kExtended,  ///< Any character: for sites with `extendedusernamechars`.
};

/// `text` as a username: without outer blanks, in lower case.
///
/// Errors: kRejected with code `missing_name`, `bad_username` or `too_long`. Source: Moodle 5.1,
/// PARAM_USERNAME.
[[nodiscard]] Result<std::string> to_username(std::string_view text, UsernameRule rule);

/// `text` as an e-mail address: without outer blanks, in lower case.
///
/// Errors: kRejected with code `missing_email`, `bad_email` or `too_long`. Source: Moodle 5.1,
/// validate_email() and the mailer's own check: a dot in the domain, ASCII only. Forms that are
/// rare and legal (quoted names, address literals) pass and are left to Moodle.
[[nodiscard]] Result<std::string> to_email(std::string_view text);

}  // namespace moodlesync::users
