#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace moodlesync::base {

/// "a, b, c and 4 more": the first `most` of `words`, and how many there are besides.
[[nodiscard]] std::string first_few(std::span<const std::string> words, std::size_t most);

}  // namespace moodlesync::base
