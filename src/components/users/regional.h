#pragma once

#include <string>
#include <string_view>

#include "moodlesync/result.h"

/// Countries, time zones and languages as Moodle stores them. All take "" and give "".
namespace moodlesync::users {

/// An ISO 3166-1 alpha-2 code in capitals; small letters are accepted.
///
/// Errors: kRejected with code `bad_country`: Moodle would store "0" instead of refusing it.
[[nodiscard]] Result<std::string> to_country(std::string_view text);

/// A time zone in a form that Moodle's parameter check lets through: 99 (the server's), a number of
/// hours from -13 to 13, or a name such as Europe/Vienna. Etc/GMT±n becomes its number of hours.
///
/// Errors: kRejected with code `bad_timezone`. Source: Moodle 5.1, PARAM_TIMEZONE.
[[nodiscard]] Result<std::string> to_timezone(std::string_view text);

/// The code of Moodle's language pack for one of Drupal's language codes ("pt-br" → "pt_br"); ""
/// for Drupal's codes that mean no language. Whether the pack is installed only Moodle knows.
///
/// Errors: kRejected with code `bad_lang`.
[[nodiscard]] Result<std::string> to_language(std::string_view text);

}  // namespace moodlesync::users
