#pragma once

#include <string>

#include "moodlesync/co.h"
#include "moodlesync/gateway.h"
#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Measures how many form variables get through (REST facts, "Variable limit"). The only function
/// that is sent with `wsfunction` first: a cut body is meant to be executed. Its row begins with
/// the variables that do not matter and ends with the one that does.
inline constexpr Function kVariableProbe{.name = "core_user_get_users_by_field",
                                         .effect = Function::Effect::kRead,
                                         .shape = Function::Shape::kSingle,
                                         .answer = Function::Answer::kWhole};

struct PreflightWish {
  std::string base_url;       ///< Must be the site that answers.
  int max_input_vars = 1000;  ///< As configured; more than that is not tried.
};

struct PreflightReport {
  MoodleSite site;
  /// Reading works for this account. False only where the token's service has no function to see
  /// it by.
  bool reads_are_trustworthy = false;
};

/// Asks Moodle who we are, whether this is the right site, whether reading works for the account
/// and how long a call may be.
///
/// Lifetime: `moodle` must outlive the coroutine. Errors: kConfig (token, rights, wrong site),
/// kUnavailable, kTransient.
[[nodiscard]] Co<Result<PreflightReport>> run_preflight(Moodle& moodle, PreflightWish wish);

}  // namespace moodlesync::moodle
