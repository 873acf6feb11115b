#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// A COMMIT that was never answered.
struct SettleDoubt {
  std::string transaction;        ///< Its xid8.
  std::set<std::int64_t> tokens;  ///< Of the tasks that it was to settle.
};

/// Stores what came of a group of conversations in one transaction: the links, then the tasks, then
/// who is woken.
///
/// First of all it locks, in key order, the group's tasks, the tasks that they wait for and the
/// tasks that wait for them. A waiter and its target that settle at the same time in two instances
/// so follow each other, and the later one sees what the earlier one did: no wake-up is lost.
///
/// Tried again when PostgreSQL breaks a deadlock with another instance; Drupal takes none of these
/// locks.
///
/// When the connection is cut during COMMIT nobody guesses: the group is settled once more, on a
/// new connection, now or with the next call. A task that is settled bears its token no longer, so
/// nothing is stored twice; what became of the first COMMIT (pg_xact_status) tells those that it
/// has settled from those that another instance took over. `doubt` keeps what is open between
/// calls.
[[nodiscard]] Result<SettleReport> settle_group(Connection& connection, const TableNames& names,
                                                std::span<const Settlement> settlements,
                                                std::optional<SettleDoubt>& doubt);

}  // namespace moodlesync::postgres
