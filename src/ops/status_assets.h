#pragma once

#include <string_view>

namespace moodlesync::ops {

/// What goes into the status page as it stands: its style, and the script that keeps it up to date.
extern const std::string_view kStatusStyle;
extern const std::string_view kStatusScript;

}  // namespace moodlesync::ops
