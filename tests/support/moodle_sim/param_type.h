#pragma once

#include <string_view>

#include "support/moodle_sim/settings.h"

namespace moodlesync::sim {

/// Moodle's PARAM_* types, as far as the simulated functions use them.
enum class Type {
  kInt,
  kBool,
  kRaw,
  kRawTrimmed,
  kText,
  kNoTags,
  kAlpha,
  kAlphaExt,
  kAlphaNumExt,
  kPlugin,
  kAuth,
  kLang,
  kSafeDir,
  kTheme,
  kTimezone,
  kUsername,
};

/// Whether Moodle's cleaning would leave the value as it is. It refuses the whole call otherwise
/// (lib/external: validate_parameters; lib/classes/param.php: clean_param).
[[nodiscard]] bool accepts(Type type, std::string_view value, const Settings& settings);

/// Whether Moodle's mailer would take the address (lib/phpmailer, php_filter).
[[nodiscard]] bool is_valid_email(std::string_view email);

}  // namespace moodlesync::sim
