#pragma once

#include <string_view>

namespace moodlesync::moodle {

/// What Moodle's errorcode means for what is to be done next. Codes are matched, never messages:
/// those are localised.
enum class CodeClass {
  kRow,  ///< One of the rows is at fault: the default, most functions have codes of their own.
  kCollision,  ///< A value does not fit its column, or two transactions collided: try once more.
  kConfig,     ///< Token, service, rights.
  kAccount,    ///< The token's user is in a state in which reads come back empty without an error.
  kAway,       ///< Maintenance, upgrade, database gone: nothing was done.
  kClientBug,  ///< We asked for something that no valid call contains.
  kDoneOrRotten,  ///< The answer could not be made: a write was done, a read met a broken record.
  kDone,          ///< An error in name only: everything was done.
};

struct CodeMeaning {
  CodeClass kind = CodeClass::kRow;
  std::string_view advice = {};  ///< How to mend it, for people; empty: the message says enough.
};

/// Source: REST facts, "Errors" (Moodle 4.1 to 5.1).
[[nodiscard]] CodeMeaning meaning_of(std::string_view errorcode);

/// The one code for what Moodle calls differently while its debugging is on (level normal or more):
/// a missing record is then named after its table.
[[nodiscard]] std::string_view canonical_code(std::string_view errorcode);

/// Whether `errorcode` is a code at all: for refused passwords Moodle puts HTML or a sentence
/// there.
[[nodiscard]] bool is_identifier(std::string_view errorcode);

}  // namespace moodlesync::moodle
