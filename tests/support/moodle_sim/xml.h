#pragma once

#include <string>

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

/// Moodle's XML answers: what a client gets who did not ask for JSON, or whose body was lost.
[[nodiscard]] std::string xml_response(const Json& result);
[[nodiscard]] std::string xml_exception(const std::string& exception, const std::string& code,
                                        const std::string& message);

}  // namespace moodlesync::sim
