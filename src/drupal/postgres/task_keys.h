#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// Tasks as parallel arrays for SQL: component, source, entity_type (text[]), entity_id, token
/// (bigint[]).
class TaskKeys {
 public:
  explicit TaskKeys(std::span<const Task> tasks);
  [[nodiscard]] Params params() const;
  /// `unnest(…) AS k(component, source, entity_type, entity_id, token, n)` over $1 to $5; n: the
  /// place in the arrays, from 1.
  static constexpr std::string_view kTable =
      "unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])"
      " WITH ORDINALITY AS k(component, source, entity_type, entity_id, token, n)";

 private:
  std::vector<std::string> components_;
  std::vector<std::string> sources_;
  std::vector<std::string> entity_types_;
  std::vector<std::int64_t> entity_ids_;
  std::vector<std::int64_t> tokens_;
};

/// Reads component, source, entity_type, entity_id from the four columns that begin at `first`.
[[nodiscard]] TaskKey read_task_key(const Row& row, int first);

}  // namespace moodlesync::postgres
