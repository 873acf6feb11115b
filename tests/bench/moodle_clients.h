#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/moodle_sim/rest_client.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::bench {

/// The rows of one load for one function, as form variables without the list's name.
struct Load {
  std::string function;
  std::string list;
  std::vector<sim::Variables> rows;
};

struct Sent {
  double seconds = 0;
  std::vector<std::int64_t> ids;  ///< Of what was made, in the order of the rows.
};

using testsupport::SyncRig;

/// As a module does it inside a page request: one call per entity, one after the other. Throws when
/// Moodle refuses.
[[nodiscard]] Sent one_by_one(const SyncRig::MoodleAccess& moodle, const Load& load);

/// As the best script written by hand for this very load: calls of `batch` rows on `connections`
/// connections, nothing looked up, nothing remembered. Throws when Moodle refuses.
[[nodiscard]] Sent in_batches(const SyncRig::MoodleAccess& moodle, const Load& load,
                              std::size_t batch, std::size_t connections);

/// Likewise, by a script whose connections keep out of each other's way: rows with one value of
/// `field`, a number, all go over one of them. Seconds.
[[nodiscard]] double apart_in_batches(const SyncRig::MoodleAccess& moodle, const Load& load,
                                      std::size_t batch, std::size_t connections,
                                      std::string_view field);

}  // namespace moodlesync::bench
