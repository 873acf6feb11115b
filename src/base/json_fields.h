#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "moodlesync/moodle.h"

/// Fields of Moodle's answers, read without exceptions: a field of another type is as good as none.
namespace moodlesync::base {

[[nodiscard]] std::optional<std::int64_t> int_field(const Json& object, std::string_view name);
[[nodiscard]] std::optional<std::string> text_field(const Json& object, std::string_view name);
/// The list in `object[name]`, or an empty one.
[[nodiscard]] const Json& list_field(const Json& object, std::string_view name);

}  // namespace moodlesync::base
