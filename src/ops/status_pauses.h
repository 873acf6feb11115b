#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "moodlesync/pauses.h"

/// What somebody has paused, as the status page says it.
namespace moodlesync::ops {

/// In characters.
inline constexpr std::size_t kLongestReason = 200;

/// What keeps `component` from going on: its own pause, or else that of everything; nullptr:
/// nothing does. An empty component asks about everything.
[[nodiscard]] const Pause* pause_of(std::span<const Pause> pauses, std::string_view component);

/// "everything for 5 min (upgrade of Moodle); users for 3 h"; "" when there are none.
[[nodiscard]] std::string pauses_in_words(std::span<const Pause> pauses);

/// "course is paused", "course and users are paused". Requires: there are some, and none is of
/// everything.
[[nodiscard]] std::string who_is_paused(std::span<const Pause> pauses);

}  // namespace moodlesync::ops
