#pragma once

#include <chrono>

namespace moodlesync {

/// The only source of time in the daemon. Due times and leases are kept by the database's clock
/// instead, so that several instances agree.
///
/// Threads: const and safe from any thread.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

}  // namespace moodlesync
