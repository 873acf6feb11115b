#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "moodlesync/pauses.h"

/// What somebody has paused, as the status page says it.
namespace moodlesync::ops {

/// In characters.
inline constexpr std::size_t kLongestReason = 200;

/// "everything for 5 min (upgrade of Moodle); users for 3 h"; "" when there are none.
[[nodiscard]] std::string pauses_in_words(std::span<const Pause> pauses);

/// "course is paused", "course and users are paused". Requires: there are some, and none is of
/// everything.
[[nodiscard]] std::string who_is_paused(std::span<const Pause> pauses);

}  // namespace moodlesync::ops
