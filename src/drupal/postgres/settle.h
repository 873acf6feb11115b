#pragma once

#include <span>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// Stores what came of a group of conversations in one transaction: the links, then the tasks, then
/// who is woken.
///
/// First of all it locks, in key order, the group's tasks, the tasks that they wait for and the
/// tasks that wait for them. A waiter and its target that settle at the same time in two instances
/// so follow each other, and the later one sees what the earlier one did: no wake-up is lost.
///
/// Tried again when PostgreSQL breaks a deadlock with another instance; Drupal takes none of these
/// locks.
[[nodiscard]] Result<SettleReport> settle_group(Connection& connection, const TableNames& names,
                                                std::span<const Settlement> settlements);

}  // namespace moodlesync::postgres
