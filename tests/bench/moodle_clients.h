#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::bench {

/// The rows of one load for one function, as form variables without the list's name.
struct Load {
  std::string function;
  std::string list;
  std::vector<sim::Variables> rows;
};

/// As a module does it inside a page request: one call per entity, one after the other. Seconds.
[[nodiscard]] double one_by_one(sim::MoodleSim& moodle, const Load& load);

/// As the best script written by hand for this very load: calls of `batch` rows on `connections`
/// connections, nothing looked up, nothing remembered. Seconds.
[[nodiscard]] double in_batches(sim::MoodleSim& moodle, const Load& load, std::size_t batch,
                                std::size_t connections);

}  // namespace moodlesync::bench
