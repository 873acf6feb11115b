#pragma once

#include <string>
#include <string_view>

#include "drupal/postgres/identifiers.h"
#include "moodlesync/result.h"

/// What several statements about our own tables share.
namespace moodlesync::postgres {

/// `sql` with every `mark` replaced by `by`.
[[nodiscard]] std::string filled(std::string sql, std::string_view mark, std::string_view by);

/// `error` of a statement about our tables; a table that is not there means that `install` is to be
/// run.
[[nodiscard]] Error explain_ours(Error error, const TableNames& names, std::string_view doing);

/// Mode of a transaction that looks up some hundred tasks and links by their keys. Where tables are
/// of middling size PostgreSQL rather reads them whole for that: at 44,000 tasks a claim of 500
/// took ten times as long. It takes statistics that are not those of an empty table, see
/// TaskQueue::refresh_statistics().
inline constexpr std::string_view kByKeys =
    "ISOLATION LEVEL READ COMMITTED; SET LOCAL enable_hashjoin = off;"
    " SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;"
    " SET LOCAL enable_bitmapscan = off";

/// ORDER BY of whoever locks several tasks or links: one order for all keeps them from deadlocks.
/// It is that of the tables' keys, said out loud for keys that come as arrays.
inline constexpr std::string_view kKeyOrder =
    "entity_id, entity_type COLLATE \"C\", component COLLATE \"C\", source COLLATE \"C\"";

/// In a statement: the COMMIT of its transaction is answered before it has reached the disk. For
/// what a crash of PostgreSQL may undo as a whole, to be done once more; nothing that is committed
/// later outlives it, as the log is written in order.
inline constexpr std::string_view kCommitSoon = "set_config('synchronous_commit', 'off', true)";

/// Whose tasks the changes of `taken` are, for the routes of `route`; without those who refer to
/// them. To be expanded.
///
/// A link leads to its entity whatever the bundle says now, so a deletion and an entity that left
/// its bundle reach every source that knows them. OFFSET 0 keeps the planner from reading all links
/// for what are look-ups by key.
inline constexpr std::string_view kWantedByChanges = R"sql(
  SELECT r.component, r.source, t.entity_type, t.entity_id, coalesce(t.bundle, '') AS bundle,
         t.seq, t.at
  FROM taken t JOIN route r ON r.owner_type = '' AND r.entity_type = t.entity_type
       AND (r.bundle = '' OR t.bundle IS NULL OR r.bundle = t.bundle)
  WHERE t.op IN ('U', 'D')
  UNION ALL
  SELECT r.component, r.source, r.owner_type, t.owner, '', t.seq, t.at
  FROM taken t JOIN route r ON r.owner_type = t.owner_type AND r.entity_type = t.entity_type
       AND (r.bundle = '' OR t.bundle IS NULL OR r.bundle = t.bundle)
  WHERE t.op IN ('U', 'D') AND t.owner IS NOT NULL
  UNION ALL
  SELECT l.component, l.source, l.entity_type, l.entity_id, '', t.seq, t.at
  FROM taken t CROSS JOIN LATERAL (
    SELECT * FROM {moodle_sync.link} WHERE entity_type = t.entity_type AND entity_id = t.entity_id
    OFFSET 0) l
  WHERE t.op IN ('U', 'D')
    AND t.entity_type IN (SELECT entity_type FROM route WHERE owner_type = '')
    AND EXISTS (SELECT FROM route r WHERE r.component = l.component AND r.source = l.source)
  UNION ALL
  SELECT l.component, l.source, l.entity_type, l.entity_id, '', t.seq, t.at
  FROM taken t JOIN route r ON r.entity_type = t.entity_type CROSS JOIN LATERAL (
    SELECT * FROM {moodle_sync.link} WHERE component = r.component AND source = r.source
    OFFSET 0) l
  WHERE t.op = 'T')sql";

/// ON CONFLICT DO UPDATE SET of a `task` that is to be looked at again: due now and a fresh start,
/// unless somebody is at it. What is due already keeps its place in the line.
inline constexpr std::string_view kDueAgain = R"sql(
    state = CASE task.state WHEN 'running' THEN 'running' ELSE 'pending' END,
    due_at = CASE task.state WHEN 'running' THEN task.due_at WHEN 'parked' THEN now()
                             ELSE least(task.due_at, now()) END,
    first_at = CASE task.state WHEN 'parked' THEN excluded.first_at ELSE task.first_at END,
    attempts = CASE task.state WHEN 'running' THEN task.attempts ELSE 0 END,
    code = CASE task.state WHEN 'running' THEN task.code ELSE '' END,
    message = CASE task.state WHEN 'running' THEN task.message ELSE '' END,
    waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL)sql";

}  // namespace moodlesync::postgres
