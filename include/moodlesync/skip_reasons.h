#pragma once

#include <string_view>

/// Reasons of Skipped that somebody goes by who did not give them.
namespace moodlesync {

/// Reason of Skipped for an entity whose field_moodle_id says to leave it alone.
inline constexpr std::string_view kOptedOut = "opted_out";

}  // namespace moodlesync
