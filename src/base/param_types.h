#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "moodlesync/result.h"

/// What Moodle's parameter types let through. Moodle cleans each value by its type and refuses the
/// whole call when cleaning would change it (Moodle 5.1, lib/classes/param.php and validate_param);
/// so what can be cleaned is cleaned here first, and what cannot is refused here, by name.
namespace moodlesync::base {

enum class ParamType {
  kInt,          ///< Whole number; written canonically ("007" and "7.00" become "7").
  kBool,         ///< 0 or 1; true, false, yes, no, on and off are understood.
  kRaw,          ///< Anything that is UTF-8.
  kRawTrimmed,   ///< As kRaw, without outer white space.
  kText,         ///< Plain text, see clean_text(); multilang tags may stay. Trimmed.
  kNoTags,       ///< Plain text without any tag. Trimmed.
  kPlugin,       ///< [a-z][a-z0-9_]*[a-z0-9], or empty.
  kSafeDir,      ///< [A-Za-z0-9_-]*
  kAlphaNumExt,  ///< [A-Za-z0-9_-]*
};

/// One field of a Moodle function.
struct ParamRule {
  std::string_view field;  ///< As messages call it.
  ParamType type = ParamType::kRaw;
  std::size_t max_length = 0;  ///< In characters; 0: unlimited.
  bool required = false;       ///< Neither empty nor "0", which Moodle takes for empty.
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  ///< kInt
  std::int64_t max = std::numeric_limits<std::int64_t>::max();  ///< kInt
  bool personal = false;  ///< Says something about a person: messages do not quote the value.
};

/// `value` as Moodle accepts it for this field.
///
/// Errors: kRejected with code `missing_value` (required and empty), `too_long` or `bad_value`; the
/// message is a sentence that names the field, what is wrong and the limit.
[[nodiscard]] Result<std::string> to_param(const ParamRule& rule, std::string_view value);

/// `text` with every NUL, invalid UTF-8 sequence, U+FFFE and U+FFFF replaced by U+FFFD.
[[nodiscard]] std::string clean_utf8(std::string_view text);

enum class Multilang { kKeep, kRemove };

/// Plain text that PHP's tag stripper leaves alone. To that, `<` opens a tag unless white space
/// follows.
///
/// - HTML tags that are known by name, and comments, are markup and go; where a block or a line
///   break stood, a blank remains between words: "a<br>b" → "a b".
/// - Any other `<` is text and stays, with a blank behind it: "<Söhne>" → "< Söhne>".
/// - kKeep: well-formed multilang (`<span lang="de" class="multilang">…</span>` or
///   `<lang lang="de">…</lang>`, not nested) stays as it is. There a blank does not protect other
///   `<`: they become U+FF1C.
///
/// Idempotent. Expects and gives valid UTF-8.
[[nodiscard]] std::string clean_text(std::string_view text, Multilang multilang);

/// Number of characters (code points) of valid UTF-8.
[[nodiscard]] std::size_t length_in_characters(std::string_view text);

}  // namespace moodlesync::base
