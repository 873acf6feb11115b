#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ops/listen_address.h"

namespace moodlesync::ops {

struct EndpointSettings {
  std::optional<ListenAddress> listen;  ///< Empty: there is no endpoint.
  /// How often the queue is looked at. Shorter: fresher numbers. Longer: less load.
  std::chrono::milliseconds refresh{5'000};
  /// What lets a person act on the status page. Empty: it can only be read.
  std::string admin_token;
  /// The longest that a turn of the loop may take before /livez calls for a restart.
  std::chrono::milliseconds patience{60'000};
};

}  // namespace moodlesync::ops
