#pragma once

#include <optional>
#include <string>

#include "moodlesync/observer.h"
#include "moodlesync/queue.h"

namespace moodlesync::ops {

/// How the daemon is, in one line for `systemctl status`, which everybody on the machine may read:
/// reasons only by their codes, the log has the words. `depth`: the queue as last seen.
[[nodiscard]] std::string service_status(const Turn& turn, const std::optional<QueueStats>& depth);

}  // namespace moodlesync::ops
