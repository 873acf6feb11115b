#pragma once

#include "moodlesync/clock.h"

namespace moodlesync::ops {

/// The machine's monotonic clock.
class SteadyClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace moodlesync::ops
