#pragma once

#include <string_view>

/// What settle_group() says to PostgreSQL; to be expanded, and @matches@ and @key_order@ to be
/// filled in.
namespace moodlesync::postgres {

inline constexpr std::string_view kMatchesTask =
    "t.entity_type = s.entity_type AND t.entity_id = s.entity_id AND t.component = s.component"
    " AND t.source = s.source";

/// $1 to $10 the group's keys, tokens and generations, and what its tasks wait for. Locks all that
/// the settling is about and says, of the group's own rows, whose are still ours and whether a
/// change came meanwhile: as they are once the lock is ours, however long that took.
///
/// LATERAL and OFFSET 0 here and below: rows are looked up by index one by one, be there thousands
/// and the statistics of a time when there were none.
inline constexpr std::string_view kLock = R"sql(
WITH s AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                       $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[])
  WITH ORDINALITY AS s(component, source, entity_type, entity_id, token, generation,
                       waits_component, waits_source, waits_entity_type, waits_entity_id, n)
)
SELECT k.n - 1, t.generation <> k.generation, t.state = 'running' AND t.token = k.token
FROM (SELECT * FROM (
  SELECT component, source, entity_type, entity_id, token, generation, n FROM s
  UNION ALL
  SELECT waits_component, waits_source, waits_entity_type, waits_entity_id, NULL, NULL, NULL
  FROM s WHERE waits_component IS NOT NULL
  UNION ALL
  SELECT w.component, w.source, w.entity_type, w.entity_id, NULL, NULL, NULL
  FROM s CROSS JOIN LATERAL (
    SELECT * FROM {moodle_sync.task}
    WHERE state = 'waiting' AND waits_component = s.component
      AND waits_entity_type = s.entity_type AND waits_entity_id = s.entity_id
    OFFSET 0) w
) AS k ORDER BY @key_order@) AS k CROSS JOIN LATERAL (
  SELECT generation, state, token FROM {moodle_sync.task}
  WHERE entity_type = k.entity_type AND entity_id = k.entity_id AND component = k.component
    AND source = k.source
  FOR UPDATE) AS t)sql";

/// $1 to $22 the group, put into the order in which links are locked. What each part does to links
/// and tasks is done to different rows, so it does not matter that they all see the tables as they
/// were before.
///
/// told: whoever refers to an entity was told of its former id, or that it has none; the next drain
/// finds them. Not for a first id: those who need it wait for it.
/// stored: an id that we had told of already and that is owed again was wiped in Drupal: a
/// reassert. Not so while the first write is still owed (write_back = 1).
/// touched: looked at and found in order; the sweep need not ask again.
/// kept: a newer change wins over whatever this conversation came to: pending, due now, a fresh
/// start. What had been queued until then is done, if that is what it came to.
inline constexpr std::string_view kStore = R"sql(
WITH s AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bool[],
                       $7::bigint[], $8::bool[], $9::bool[], $10::text[], $11::text[],
                       $12::bool[], $13::bigint[], $14::jsonb[], $15::text[], $16::text[],
                       $17::text[], $18::bool[], $19::bool[], $20::text[], $21::text[],
                       $22::bigint[])
  AS s(component, source, entity_type, entity_id, state, changed, delay_ms, spend_attempt,
       in_doubt, code, message, has_link, moodle_id, sent, uuid, bundle, skipped, remove_link,
       owe_write_back, waits_component, waits_entity_type, waits_entity_id)
  ORDER BY @key_order@
), told AS (
  INSERT INTO {moodle_sync.change} (entity_type, entity_id, op)
  SELECT DISTINCT s.entity_type, s.entity_id, 'R'::"char"
  FROM s JOIN {moodle_sync.link} t ON @matches@
  WHERE (s.remove_link OR s.has_link)
    AND ((t.moodle_id IS NOT NULL
          AND (s.remove_link OR s.moodle_id IS DISTINCT FROM t.moodle_id))
         OR (t.skipped <> '' AND s.has_link AND s.skipped = '' AND s.moodle_id IS NOT NULL))
  RETURNING 1
), stored AS (
  INSERT INTO {moodle_sync.link} AS link
    (component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, updated_at,
     write_back, write_back_due)
  SELECT component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, now(),
         CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN 1 ELSE 0 END,
         CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN now() END
  FROM s WHERE has_link AND NOT remove_link
  ORDER BY @key_order@
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET
    uuid = excluded.uuid, bundle = excluded.bundle, moodle_id = excluded.moodle_id,
    sent = excluded.sent, skipped = excluded.skipped, updated_at = excluded.updated_at,
    write_back = CASE WHEN excluded.write_back = 1 THEN 1
                      WHEN excluded.moodle_id IS DISTINCT FROM link.moodle_id THEN 0
                      ELSE link.write_back END,
    write_back_due = CASE WHEN excluded.write_back = 1 THEN excluded.write_back_due
                          WHEN excluded.moodle_id IS DISTINCT FROM link.moodle_id THEN NULL
                          ELSE link.write_back_due END,
    reasserts = CASE WHEN excluded.moodle_id IS DISTINCT FROM link.moodle_id THEN 0
                     WHEN excluded.write_back = 0 OR link.write_back = 1 THEN link.reasserts
                     WHEN link.reasserted_on = current_date THEN link.reasserts + 1 ELSE 1 END,
    reasserted_on = CASE WHEN excluded.moodle_id IS DISTINCT FROM link.moodle_id THEN NULL
                         WHEN excluded.write_back = 0 OR link.write_back = 1
                           THEN link.reasserted_on
                         ELSE current_date END
), removed AS (
  DELETE FROM {moodle_sync.link} t USING s WHERE s.remove_link AND @matches@
), touched AS (
  UPDATE {moodle_sync.link} t SET updated_at = now() FROM s
  WHERE s.state = 'done' AND NOT s.has_link AND NOT s.remove_link AND @matches@
), finished AS (
  DELETE FROM {moodle_sync.task} t USING s WHERE s.state = 'done' AND NOT s.changed AND @matches@
), kept AS (
  UPDATE {moodle_sync.task} t SET
    state = CASE WHEN s.changed THEN 'pending' ELSE s.state END,
    due_at = now() + CASE WHEN s.changed THEN 0 ELSE s.delay_ms END * interval '1 millisecond',
    first_at = CASE WHEN s.changed AND s.state = 'done' THEN now() ELSE t.first_at END,
    attempts = CASE WHEN s.changed THEN 0
                    ELSE t.attempts + CASE WHEN s.spend_attempt THEN 1 ELSE 0 END END,
    in_doubt = s.in_doubt OR (s.changed AND t.in_doubt),
    code = CASE WHEN s.changed THEN '' ELSE s.code END,
    message = CASE WHEN s.changed THEN '' ELSE s.message END,
    lease_until = NULL, token = NULL, instance = NULL,
    waits_component = CASE WHEN NOT s.changed THEN s.waits_component END,
    waits_entity_type = CASE WHEN NOT s.changed THEN s.waits_entity_type END,
    waits_entity_id = CASE WHEN NOT s.changed THEN s.waits_entity_id END
  FROM s WHERE (s.state <> 'done' OR s.changed) AND @matches@
)
SELECT count(*) FROM told)sql";

/// $1 to $5 what the group's unchanged waiters wait for. Queues what stands nowhere. Not a target
/// that was looked at just now and has no id, nor one that is skipped: it would be done at once,
/// wake its waiter and be queued again.
inline constexpr std::string_view kQueueTargets = R"sql(
INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle)
SELECT s.component, s.source, s.entity_type, s.entity_id, max(s.bundle)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
  AS s(component, source, entity_type, entity_id, bundle)
WHERE NOT EXISTS (
  SELECT FROM {moodle_sync.link} l
  WHERE l.entity_type = s.entity_type AND l.entity_id = s.entity_id AND l.component = s.component
    AND (l.moodle_id IS NOT NULL OR l.skipped <> '' OR l.updated_at > now() - interval '1 minute'))
GROUP BY 1, 2, 3, 4
ORDER BY @key_order@
ON CONFLICT DO NOTHING)sql";

/// $1 to $8 the group. Wakes its own waiters whose target has its id by now or was skipped while
/// they were on their way, and everybody who waits for an entity of this group that is done in
/// whatever way or has an id ($5). Who was opted out may be waited for: he is again to be synced.
/// A waiter that somebody else changes just now (then its ctid is another) is no waiter any more.
/// Also tells our transaction's number, for a COMMIT that is not answered.
inline constexpr std::string_view kWake = R"sql(
WITH s AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bool[], $6::text[],
                       $7::text[], $8::bigint[])
  AS s(component, source, entity_type, entity_id, wakes, waits_component, waits_entity_type,
       waits_entity_id)
), woken AS (
  UPDATE {moodle_sync.task} t SET
    state = 'pending', due_at = now(), code = '', message = '',
    waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL
  WHERE t.state = 'waiting' AND t.ctid = ANY (ARRAY(
    SELECT w.ctid FROM s CROSS JOIN LATERAL (
      SELECT ctid FROM {moodle_sync.task}
      WHERE entity_type = s.entity_type AND entity_id = s.entity_id
        AND component = s.component AND source = s.source
      OFFSET 0) w
    WHERE s.waits_component IS NOT NULL AND EXISTS (
      SELECT FROM {moodle_sync.link} l
      WHERE l.entity_type = s.waits_entity_type AND l.entity_id = s.waits_entity_id
        AND l.component = s.waits_component
        AND (l.moodle_id IS NOT NULL OR (l.skipped NOT IN ('', 'opted_out')
                                         AND l.updated_at > now() - interval '1 minute')))
    UNION ALL
    SELECT w.ctid FROM s CROSS JOIN LATERAL (
      SELECT ctid FROM {moodle_sync.task}
      WHERE state = 'waiting' AND waits_component = s.component
        AND waits_entity_type = s.entity_type AND waits_entity_id = s.entity_id
      OFFSET 0) w
    WHERE s.wakes))
  RETURNING 1
)
SELECT count(*), pg_current_xact_id() FROM woken)sql";

/// An id of another server's (we were led to a standby that took over) may be ahead of this one's.
inline constexpr std::string_view kFindOut = R"sql(
SELECT CASE WHEN $1::xid8 < pg_snapshot_xmax(pg_current_snapshot())
            THEN pg_xact_status($1::xid8) END)sql";

}  // namespace moodlesync::postgres
