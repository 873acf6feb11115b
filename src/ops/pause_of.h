#pragma once

#include <span>
#include <string_view>

#include "moodlesync/pauses.h"

namespace moodlesync::ops {

/// What keeps `component` from going on: its own pause, or else that of everything; nullptr:
/// nothing does. An empty component asks about everything. Lifetime: points into `pauses`.
[[nodiscard]] const Pause* pause_of(std::span<const Pause> pauses, std::string_view component);

}  // namespace moodlesync::ops
