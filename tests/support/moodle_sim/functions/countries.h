#pragma once

#include <string_view>

namespace moodlesync::sim {

/// Whether this is an ISO 3166 code in capitals, as Moodle's list has it (lang/en/countries.php).
[[nodiscard]] bool is_country_code(std::string_view code);

}  // namespace moodlesync::sim
