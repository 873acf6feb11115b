#include "drupal/postgres/removal_book.h"

#include <map>

#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/parked_tasks.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

constexpr std::string_view kHeld = R"sql(
SELECT r.component, r.verb, count(*)
FROM {moodle_sync.removal} r
JOIN {moodle_sync.task} t USING (entity_type, entity_id, component, source)
WHERE r.state = 'held' GROUP BY 1, 2 ORDER BY 1, 2)sql";

/// $1 the number of examples.
constexpr std::string_view kHeldTasks = R"sql(
SELECT k.component, k.source, k.entity_type, k.entity_id, k.entities,
       coalesce(greatest(0, floor(extract(epoch FROM clock_timestamp() - b.tripped_at))), 0)::bigint,
       coalesce(b.wanted, 0), coalesce(b.passed, 0), coalesce(b.linked_then, 0)
FROM (
  SELECT t.component, t.source, t.entity_type, t.entity_id,
         count(*) OVER (PARTITION BY t.component) AS entities,
         row_number() OVER (PARTITION BY t.component
                            ORDER BY t.entity_type, t.entity_id, t.source) AS nr
  FROM {moodle_sync.task} t
  WHERE EXISTS (SELECT FROM {moodle_sync.removal} r
    WHERE r.component = t.component AND r.entity_type = t.entity_type
      AND r.entity_id = t.entity_id AND r.source = t.source AND r.state = 'held')
) AS k LEFT JOIN {moodle_sync.brake} b ON b.component = k.component
WHERE k.nr <= $1::bigint ORDER BY k.component, k.nr)sql";

constexpr std::string_view kLockForOperator =
    "SELECT FROM {moodle_sync.brake} WHERE $1 = '' OR component = $1 ORDER BY component FOR UPDATE";

/// $1 component, $2 validity in seconds, $3 the channel that the daemon listens on. A task that is
/// being worked on is about to be parked: as for a change that comes meanwhile, a new generation
/// brings it back.
constexpr std::string_view kAllow = R"sql(
WITH freed AS (
  UPDATE {moodle_sync.removal} AS r SET
    state = 'allowed', at = now(), expires_at = now() + $2::bigint * interval '1 second'
  WHERE r.state = 'held' AND ($1 = '' OR r.component = $1)
  RETURNING r.entity_type, r.entity_id, r.component, r.source
), chosen AS (
  SELECT t.entity_type, t.entity_id, t.component, t.source FROM {moodle_sync.task} t
  WHERE (t.entity_type, t.entity_id, t.component, t.source) IN (
    SELECT entity_type, entity_id, component, source FROM freed)
  ORDER BY t.entity_id, t.entity_type, t.component, t.source FOR UPDATE
), due AS (
  UPDATE {moodle_sync.task} AS task SET
    generation = task.generation + CASE task.state WHEN 'running' THEN 1 ELSE 0 END,
    state = CASE task.state WHEN 'running' THEN 'running' ELSE 'pending' END,
    due_at = CASE task.state WHEN 'running' THEN task.due_at ELSE now() END,
    first_at = CASE task.state WHEN 'parked' THEN now() ELSE task.first_at END,
    attempts = CASE task.state WHEN 'running' THEN task.attempts ELSE 0 END,
    code = CASE task.state WHEN 'running' THEN task.code ELSE '' END,
    message = CASE task.state WHEN 'running' THEN task.message ELSE '' END,
    waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL
  FROM chosen c
  WHERE task.entity_type = c.entity_type AND task.entity_id = c.entity_id
    AND task.component = c.component AND task.source = c.source
)
SELECT count(*), pg_notify($3, '') FROM freed)sql";

/// $1 component; of a parked task `t`.
constexpr std::string_view kIsHeld =
    "($1 = '' OR t.component = $1) AND EXISTS (SELECT FROM {moodle_sync.removal} r"
    " WHERE r.component = t.component AND r.entity_type = t.entity_type"
    " AND r.entity_id = t.entity_id AND r.source = t.source AND r.state = 'held')";

}  // namespace

Error RemovalBook::explain(Error error, std::string_view doing) const {
  return explain_ours(std::move(error), names_, doing);
}

Result<Weighing> RemovalBook::weigh(std::span<const Removal> removals, std::chrono::seconds window,
                                    const BrakeRule& rule) {
  if (removals.empty()) return Weighing{};
  auto weighing = weigh_removals(connection_, names_, sources_, removals, window, rule);
  if (!weighing) return explain(std::move(weighing).error(), "weighing removals");
  return weighing;
}

Result<std::vector<HeldRemovals>> RemovalBook::held() {
  auto verbs = connection_.query(names_.expand(kHeld));
  if (!verbs) return explain(std::move(verbs).error(), "reading what the brake holds");
  auto tasks = connection_.query(names_.expand(kHeldTasks), {HeldRemovals::kMostExamples});
  if (!tasks) return explain(std::move(tasks).error(), "reading what the brake holds");
  std::map<std::string, HeldRemovals> found;
  for (int i = 0; i < verbs->size(); ++i) {
    const Row row = (*verbs)[i];
    HeldRemovals& held = found[std::string(row.text(0))];
    held.component = row.text(0);
    held.by_verb[std::string(row.text(1))] = row.integer(2);
    held.removals += row.integer(2);
  }
  for (int i = 0; i < tasks->size(); ++i) {
    const Row row = (*tasks)[i];
    const auto at = found.find(std::string(row.text(0)));
    if (at == found.end()) continue;
    HeldRemovals& held = at->second;
    held.examples.push_back(read_task_key(row, 0));
    held.entities = row.integer(4);
    held.since = std::chrono::seconds(row.integer(5));
    held.tripped = {row.integer(6), row.integer(7), row.integer(8), true};
  }
  std::vector<HeldRemovals> all;
  all.reserve(found.size());
  for (auto& [component, held] : found) all.push_back(std::move(held));
  return all;
}

Result<std::size_t> RemovalBook::allow(std::string_view component, std::chrono::seconds validity) {
  const auto failed = [this](Error error) {
    return explain(std::move(error), "allowing what the brake holds");
  };
  auto transaction = Transaction::begin(connection_);
  if (!transaction) return failed(std::move(transaction).error());
  auto locked = transaction->query(names_.expand(kLockForOperator), {component});
  if (!locked) return failed(std::move(locked).error());
  auto freed =
      transaction->query(names_.expand(kAllow), {component, validity.count(), names_.our_schema()});
  if (!freed) return failed(std::move(freed).error());
  const auto count = static_cast<std::size_t>((*freed)[0].integer(0));
  if (auto committed = transaction->commit(); !committed) {
    return failed(std::move(committed).error());
  }
  return count;
}

Result<DroppedRemovals> RemovalBook::drop(std::string_view component) {
  const auto failed = [this](Error error) {
    return explain(std::move(error), "dropping what the brake holds");
  };
  auto transaction = Transaction::begin(connection_);
  if (!transaction) return failed(std::move(transaction).error());
  auto locked = transaction->query(names_.expand(kLockForOperator), {component});
  if (!locked) return failed(std::move(locked).error());
  auto dropped = transaction->query(names_.expand(forget_parked_sql(kIsHeld)), {component});
  if (!dropped) return failed(std::move(dropped).error());
  auto left = transaction->query(
      names_.expand("SELECT count(*) FROM {moodle_sync.task} t WHERE " + std::string(kIsHeld)),
      {component});
  if (!left) return failed(std::move(left).error());
  if (auto committed = transaction->commit(); !committed) {
    return failed(std::move(committed).error());
  }
  return DroppedRemovals{static_cast<std::size_t>((*dropped)[0].integer(0)),
                         static_cast<std::size_t>((*left)[0].integer(0))};
}

}  // namespace moodlesync::postgres
