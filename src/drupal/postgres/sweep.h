#pragma once

#include <cstdint>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/legs.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// Finds what no change told of: a capture that failed, a restore, SQL written by hand.
///
/// A pass goes over every source in three legs: the source's entities (newer than their link, or
/// without one), the entities that belong to them (profiles), the links (whose entity is gone). It
/// goes by id, a slice per step, and keeps its place in memory; a restart begins a new pass.
///
/// Drupal stamps `changed` with the time at which the request began, so an entity counts as newer
/// from a minute before its link's time on: that costs one conversation without calls, once.
class Sweep {
 public:
  Sweep(Connection& connection, const TableNames& names) : connection_(connection), names_(names) {}

  /// Begins a new pass over `sources`.
  void begin(std::vector<SourceSpec> sources);
  /// Looks at about `limit` more rows. Errors: as Connection.
  [[nodiscard]] Result<SweepReport> step(int limit);

 private:
  struct Seen {
    int looked_at = 0;
    std::int64_t last_id = 0;
    std::size_t queued = 0;
  };

  void start_over();
  [[nodiscard]] Result<Seen> take(const Leg& leg, int limit);

  Connection& connection_;
  const TableNames& names_;
  std::vector<SourceSpec> sources_;
  std::vector<Leg> legs_;
  std::size_t leg_ = 0;
  std::int64_t after_id_ = 0;  ///< The slice begins behind this id.
};

}  // namespace moodlesync::postgres
