#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// A submitted row. The call stays in the frame of the conversation that awaits it.
struct Row {
  PendingCall* call = nullptr;  ///< Null once the conversation has withdrawn it.
  std::uint64_t sequence = 0;
  std::size_t variables = 0;  ///< Form variables that it takes.
  /// An answer left open whether Moodle did it, so it is sent again.
  bool may_be_done = false;
  bool is_probe = false;  ///< The preflight's: goes through while Moodle counts as away.
  bool is_alone = false;  ///< Shares a call with nobody.
  int collisions = 0;  ///< Calls with this row that Moodle's database refused: perhaps a deadlock.
  std::optional<Result<Json>> answer = std::nullopt;
};

using Rows = std::vector<std::unique_ptr<Row>>;

[[nodiscard]] inline bool is_withdrawn(const std::unique_ptr<Row>& row) {
  return row->call == nullptr;
}

/// Moves all rows but the preflight's to `to`.
template <class Container>
void take_all_but_probes(Container& rows, Rows& to) {
  const auto stays = [](const std::unique_ptr<Row>& row) { return row->is_probe; };
  const auto first = std::stable_partition(rows.begin(), rows.end(), stays);
  std::move(first, rows.end(), std::back_inserter(to));
  rows.erase(first, rows.end());
}

/// Rows that travel in one call. Withdrawn rows keep their place while it is on the wire.
struct Batch {
  const Function* function = nullptr;
  Rows rows = {};
  std::vector<std::string> keys = {};    ///< Call::key of the rows, each once.
  std::vector<std::string> groups = {};  ///< Call::group of the rows, each once.
};

}  // namespace moodlesync::moodle
