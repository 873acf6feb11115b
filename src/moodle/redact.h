#pragma once

#include <string>
#include <string_view>

namespace moodlesync::moodle {

/// What Moodle said, fit for a log: one line, no tags, no SQL (it carries the row's values), no
/// e-mail addresses, bounded in length.
[[nodiscard]] std::string redact(std::string_view text);

/// `text` with every occurrence of `secret` blotted out.
[[nodiscard]] std::string without(std::string text, std::string_view secret);

}  // namespace moodlesync::moodle
