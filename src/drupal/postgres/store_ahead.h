#pragma once

#include <span>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// Stores the links of running tasks in one transaction, as Queue::store_ahead promises.
///
/// Whose token is not current is left alone and returned. What is owed to Drupal stays owed: only
/// the values sent are replaced.
[[nodiscard]] Result<std::vector<TaskKey>> store_links_ahead(Connection& connection,
                                                             const TableNames& names,
                                                             std::span<const Task> tasks);

}  // namespace moodlesync::postgres
