#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "ops/queue_watch.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// The metrics that tell how things stand, made anew for each scrape from what is known already.
struct StandingMetrics {
  std::string version;

  /// `wall`: the time of day when `vitals` were taken, in seconds.
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect(const Vitals& vitals,
                                                              const QueueReading& queue,
                                                              double wall) const;
};

}  // namespace moodlesync::ops
