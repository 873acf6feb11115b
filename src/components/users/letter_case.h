#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace moodlesync::users {

/// The first character of non-empty, valid UTF-8 and the number of its bytes.
[[nodiscard]] std::pair<std::uint32_t, std::size_t> first_character(std::string_view text);

/// `text` in lower case: Latin, Greek, Cyrillic and Armenian letters and full-width Latin, the
/// scripts that know case and are in daily use; other characters as they are. Moodle refuses a
/// username that its own lower-casing would change, so a rarer capital is found there.
/// Expects and gives valid UTF-8.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace moodlesync::users
