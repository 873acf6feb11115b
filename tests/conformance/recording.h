#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/moodle_sim/rest_client.h"

namespace moodlesync::conformance {

using Json = nlohmann::json;

/// One recorded call of a real Moodle and its answer.
struct RecordedCall {
  std::string where;  ///< File and index, for messages.
  std::string note;
  std::string function;
  sim::Variables params;
  bool in_prose = false;  ///< The parameters are described, not listed: cannot be replayed.
  int http_status = 0;
  std::string content_type;
  Json response;
};

/// The folder with the recordings, if there is one.
[[nodiscard]] std::optional<std::string> recordings_folder();

/// All calls of a recording, in order; none when the file cannot be read.
[[nodiscard]] std::vector<RecordedCall> load_recording(const std::string& path);

}  // namespace moodlesync::conformance
