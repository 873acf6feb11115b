#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "drupal/postgres/connection.h"
#include "moodlesync/link.h"

namespace moodlesync::postgres {

/// The columns that read_link() expects, of a table called `l`.
inline constexpr std::string_view kLinkColumns =
    "l.moodle_id, l.sent::text, l.uuid, l.bundle, l.skipped";

/// Reads a link whose columns begin at `first`.
[[nodiscard]] Link read_link(const Row& row, int first);

/// Text as PostgreSQL will take it: a NUL byte becomes U+FFFD. What is not UTF-8 is replaced when
/// the JSON is written, see to_parameter().
[[nodiscard]] std::string storable(std::string_view text);
[[nodiscard]] nlohmann::json sent_to_json(
    const std::map<std::string, std::string, std::less<>>& sent);
[[nodiscard]] std::string to_parameter(const nlohmann::json& json);

}  // namespace moodlesync::postgres
