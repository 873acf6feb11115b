#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Small questions about text that several rooms ask. Bytes are UTF-8 unless said otherwise.
namespace moodlesync::base {

/// A whole, canonical decimal number (no sign but '-', no blanks, fits 64 bit), or nothing.
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);

/// Without leading and trailing ASCII white space.
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII letters in lower case; other bytes as they are.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// The candidate most like `word`, if it is like enough to be what was meant; else "".
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace moodlesync::base
