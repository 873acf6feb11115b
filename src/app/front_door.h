#pragma once

#include <memory>

#include "app/rooms.h"
#include "app/settings.h"
#include "ops/endpoint.h"

namespace moodlesync::app {

/// Who looks on while the daemon works, and its clock.
struct Onlookers {
  const Clock& clock;
  const ops::VitalSigns& vital_signs;
  const ops::Metrics& metrics;
};

/// The HTTP endpoint as the configuration wants it; null when it wants none, or when there cannot
/// be one: that is logged, and no reason not to sync.
[[nodiscard]] std::unique_ptr<ops::Endpoint> open_endpoint(const Settings& settings,
                                                           const Rooms& rooms,
                                                           const Onlookers& onlookers,
                                                           spdlog::logger& log);

}  // namespace moodlesync::app
