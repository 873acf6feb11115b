#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Where `wsfunction` stands in the body. PHP cuts a body with too many variables silently, at its
/// end (REST facts, "Variable limit").
enum class FunctionName {
  kLast,   ///< A cut body has no function name and is refused before anything runs.
  kFirst,  ///< A cut body is executed: only for measuring where the cut is.
};

/// Variables that every call of `function` carries besides its rows and fixed parameters.
[[nodiscard]] std::size_t protocol_variables(const Function& function);

/// The application/x-www-form-urlencoded body of one call. Requires: one row if `function` is
/// kSingle.
[[nodiscard]] std::string encode_body(const Function& function, std::string_view token,
                                      const Params& fixed, std::span<const Params* const> rows,
                                      FunctionName place = FunctionName::kLast);

}  // namespace moodlesync::moodle
