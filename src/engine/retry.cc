#include "engine/retry.h"

#include <algorithm>

namespace moodlesync::engine {

std::chrono::milliseconds backoff(const EngineSettings& settings, int attempts, Random& random) {
  const int doublings = std::clamp(attempts - 1, 0, 30);
  const auto limit =
      std::min(settings.retry_cap, settings.retry_base * (std::int64_t{1} << doublings));
  std::uniform_int_distribution<std::int64_t> within(0, std::max<std::int64_t>(limit.count(), 0));
  return std::chrono::milliseconds{within(random)};
}

}  // namespace moodlesync::engine
