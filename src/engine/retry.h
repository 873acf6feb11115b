#pragma once

#include <chrono>
#include <random>

#include "engine/engine_settings.h"

namespace moodlesync::engine {

using Random = std::mt19937_64;

/// Full jitter: a random time up to the exponentially growing, capped limit, so that many that
/// failed together do not come back together. `attempts` is the number of failures so far, this one
/// included.
[[nodiscard]] std::chrono::milliseconds backoff(const EngineSettings& settings, int attempts,
                                                Random& random);

}  // namespace moodlesync::engine
