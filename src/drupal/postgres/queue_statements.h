#pragma once

#include <string_view>

/// What the queue says to PostgreSQL; to be expanded, and the marks between @ to be filled in.
namespace moodlesync::postgres {

/// $1 limit, $2 to $6 routes. What no route wants is deleted as well: nobody will ever want it.
/// Needs no disk: changes that are there again after a crash are taken once more.
///
/// A deletion (D) and another Moodle id (R) also reach, by @referrers@, the entities that refer to
/// the one. A row of `change` is never updated, so once locked its ctid stays. ORDER BY: tasks are
/// always locked in key order. WHERE: a task that is due and that nobody has begun with says all
/// that another change could.
inline constexpr std::string_view kDrain = R"sql(
WITH taken AS (
  DELETE FROM {moodle_sync.change} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {moodle_sync.change} ORDER BY seq LIMIT $1::int FOR UPDATE SKIP LOCKED))
  RETURNING seq, at, entity_type, entity_id, bundle, op, owner_type, owner
), route AS (SELECT * FROM @routes@
), wanted AS (
  @wanted@
  @referrers@
), @postponed@ queued AS (
  INSERT INTO {moodle_sync.task} AS task
    (component, source, entity_type, entity_id, bundle, first_at)
  SELECT component, source, entity_type, entity_id,
         coalesce((array_agg(bundle ORDER BY seq DESC) FILTER (WHERE bundle <> ''))[1], ''), min(at)
  FROM wanted
  WHERE entity_type <> 'user' OR entity_id <> 0
  GROUP BY entity_id, entity_type, component, source
  ORDER BY @key_order@
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET
    generation = task.generation + 1,
    bundle = CASE WHEN excluded.bundle <> '' THEN excluded.bundle ELSE task.bundle END,
    @again@
  WHERE task.state <> 'pending' OR task.due_at > now() OR task.attempts > 0 OR task.code <> ''
    OR excluded.bundle NOT IN ('', task.bundle)
)
SELECT count(*), coalesce(bool_or(op = 'C'), false), @commit@ FROM taken)sql";

/// Another drain is to find the referrers.
inline constexpr std::string_view kPostpone = R"sql(postponed AS (
  INSERT INTO {moodle_sync.change} (entity_type, entity_id, op)
  SELECT DISTINCT entity_type, entity_id, 'R'::"char" FROM taken WHERE op IN ('D', 'R')
),)sql";

/// $1 components, $2 limit, $3 lease in seconds, $4 instance, $5 sequence of tokens. Of a running
/// task whose lease is over, whoever had it may have asked Moodle, and that counts as a failed
/// attempt. Nothing of an index is written: see migration 8.
inline constexpr std::string_view kClaim = R"sql(
WITH due AS (
  SELECT t.* FROM (
    SELECT component, n FROM unnest($1::text[]) WITH ORDINALITY AS w(component, n)
    WHERE NOT EXISTS (
      SELECT FROM {moodle_sync.pause} p WHERE p.component IN ('', w.component))) AS c
  CROSS JOIN LATERAL (
    SELECT component, source, entity_type, entity_id, due_at,
           greatest(due_at, lease_until) AS claimable_at
    FROM {moodle_sync.task} WHERE component = c.component AND claimable AND due_at <= now()
      AND (state <> 'running' OR lease_until <= now())
    ORDER BY due_at LIMIT $2::int FOR UPDATE SKIP LOCKED) AS t
  ORDER BY t.due_at, c.n LIMIT $2::int
), claimed AS (
  UPDATE {moodle_sync.task} AS task SET
    state = 'running', token = nextval((SELECT $5::text::regclass)), instance = $4,
    lease_until = now() + $3::int * interval '1 second',
    in_doubt = task.in_doubt OR task.state = 'running',
    attempts = task.attempts + CASE task.state WHEN 'running' THEN 1 ELSE 0 END,
    waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL
  FROM due
  WHERE task.entity_type = due.entity_type AND task.entity_id = due.entity_id
    AND task.component = due.component AND task.source = due.source
  RETURNING task.component, task.source, task.entity_type, task.entity_id, task.bundle,
            task.generation, task.token, task.attempts, task.in_doubt, task.first_at, due.due_at,
            due.claimable_at
)
SELECT component, source, entity_type, entity_id, bundle, generation, token, attempts, in_doubt,
       (extract(epoch FROM greatest(clock_timestamp() - first_at, '0')) * 1000000)::bigint,
       (extract(epoch FROM greatest(clock_timestamp() - claimable_at, '0')) * 1000000)::bigint
FROM claimed ORDER BY due_at, token)sql";

/// $1 to $5 tasks. The links that there are, each after its task's place in the arrays, from 0.
inline constexpr std::string_view kTasksLinks = R"sql(
SELECT k.n - 1, @columns@
FROM @keys@ JOIN {moodle_sync.link} l USING (entity_type, entity_id, component, source))sql";

/// $1 to $5 tasks, $6 lease in seconds.
inline constexpr std::string_view kRenew = R"sql(
WITH held AS (
  UPDATE {moodle_sync.task} AS task SET
    lease_until = now() + $6::int * interval '1 second'
  FROM @keys@
  WHERE task.entity_type = k.entity_type AND task.entity_id = k.entity_id
    AND task.component = k.component AND task.source = k.source
    AND task.token = k.token AND task.state = 'running'
  RETURNING task.component, task.source, task.entity_type, task.entity_id, task.token
)
SELECT k.component, k.source, k.entity_type, k.entity_id
FROM @keys@ LEFT JOIN held USING (component, source, entity_type, entity_id, token)
WHERE held.component IS NULL)sql";

/// $1 to $5 tasks. Waits for whoever is still at them; until then their new values are not visible
/// and no condition on those would make a statement wait.
inline constexpr std::string_view kAwait = R"sql(
SELECT FROM {moodle_sync.task} AS task JOIN @keys@
  ON task.entity_type = k.entity_type AND task.entity_id = k.entity_id
  AND task.component = k.component AND task.source = k.source
ORDER BY task.entity_id, task.entity_type, task.component, task.source FOR UPDATE OF task)sql";

/// $1 to $5 tasks, $6 in doubt.
inline constexpr std::string_view kRelease = R"sql(
UPDATE {moodle_sync.task} AS task SET
  state = 'pending', due_at = now(), lease_until = NULL, token = NULL, instance = NULL,
  in_doubt = task.in_doubt OR $6::bool
FROM @keys@
WHERE task.entity_type = k.entity_type AND task.entity_id = k.entity_id
  AND task.component = k.component AND task.source = k.source
  AND task.token = k.token AND task.state = 'running')sql";

inline constexpr std::string_view kNextDue = R"sql(
SELECT CASE WHEN count(*) > 0 THEN
  ceil(greatest(extract(epoch FROM min(t.due_at) - clock_timestamp()), 0) * 1000)::bigint END
FROM unnest($1::text[]) AS c(component) CROSS JOIN LATERAL (
  SELECT due_at FROM {moodle_sync.task}
  WHERE component = c.component AND claimable AND state <> 'running'
  ORDER BY due_at LIMIT 1) AS t)sql";

/// The component outside: with it inside, PostgreSQL of a time when there were few links takes the
/// index that begins with the component, and for each entity looks at all that the component has.
inline constexpr std::string_view kLinkedIds = R"sql(
SELECT l.entity_type, l.entity_id, l.moodle_id, l.skipped
FROM unnest($2::text[], $3::bigint[]) AS k(entity_type, entity_id) CROSS JOIN LATERAL (
  SELECT * FROM {moodle_sync.link}
  WHERE entity_type = k.entity_type AND entity_id = k.entity_id
  OFFSET 0) l
WHERE l.component = $1)sql";

inline constexpr std::string_view kHolders = R"sql(
SELECT DISTINCT moodle_id, entity_type, entity_id FROM {moodle_sync.link}
WHERE component = $1 AND moodle_id = ANY($2::bigint[]) AND skipped = '' ORDER BY 1, 2, 3)sql";

}  // namespace moodlesync::postgres
