#pragma once

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// How the queue and the links stand, as Queue::stats promises. Errors: as explain_ours() says.
[[nodiscard]] Result<QueueStats> read_stats(Connection& connection, const TableNames& names);

}  // namespace moodlesync::postgres
