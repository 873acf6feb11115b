#include "drupal/postgres/queue_stats.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "drupal/postgres/our_statements.h"

namespace moodlesync::postgres {

namespace {

constexpr std::string_view kTaskStats = R"sql(
SELECT component, state, CASE WHEN state IN ('waiting', 'parked') THEN code ELSE '' END, count(*),
       greatest(0, floor(extract(epoch FROM clock_timestamp() - min(first_at)))::bigint),
       coalesce((array_agg(message ORDER BY due_at DESC) FILTER (WHERE message <> ''))[1], '')
FROM {moodle_sync.task} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)sql";

constexpr std::string_view kWaitStats = R"sql(
SELECT component, coalesce(waits_component, ''), count(*),
       coalesce((array_agg(waits_entity_type ORDER BY first_at))[1], ''),
       coalesce((array_agg(waits_entity_id ORDER BY first_at))[1], 0)
FROM {moodle_sync.task} WHERE state = 'waiting' GROUP BY 1, 2 ORDER BY 1, 2)sql";

constexpr std::string_view kSkipStats = R"sql(
SELECT component, skipped, count(*) FROM {moodle_sync.link} WHERE skipped <> ''
GROUP BY 1, 2 ORDER BY 1, 2)sql";

/// The number of links is an estimate once counting would take long. Vacuum keeps what somebody in
/// this database, a replica or a prepared transaction may still see; whose that is, only a
/// superuser is told.
constexpr std::string_view kOtherStats = R"sql(
SELECT (SELECT count(*) FROM {moodle_sync.change}),
       CASE WHEN c.reltuples > 200000 THEN c.reltuples::bigint
            ELSE (SELECT count(*) FROM {moodle_sync.link}) END,
       (SELECT count(*) FROM {moodle_sync.link} WHERE skipped <> ''),
       (SELECT count(*) FROM {moodle_sync.link} WHERE write_back = 1),
       pg_total_relation_size(to_regclass($2)),
       pg_stat_get_dead_tuples(to_regclass($2)),
       (SELECT coalesce(max(held), 0) FROM (
         SELECT age(backend_xmin) AS held FROM pg_stat_activity
         WHERE (datname = current_database() OR datname IS NULL) AND pid <> pg_backend_pid()
         UNION ALL SELECT age(xmin) FROM pg_replication_slots
         UNION ALL SELECT age(transaction) FROM pg_prepared_xacts
         WHERE database = current_database()) AS held)
FROM pg_class c WHERE c.oid = to_regclass($1))sql";

Status read_reasons(Connection& connection, const TableNames& names, QueueStats& stats) {
  auto waits = connection.query(names.expand(kWaitStats));
  if (!waits) return explain_ours(std::move(waits).error(), names, "counting waiting tasks");
  for (int i = 0; i < waits->size(); ++i) {
    const Row row = (*waits)[i];
    stats.waits.push_back({std::string(row.text(0)),
                           std::string(row.text(1)),
                           row.integer(2),
                           {std::string(row.text(3)), row.integer(4)}});
  }
  auto skips = connection.query(names.expand(kSkipStats));
  if (!skips) return explain_ours(std::move(skips).error(), names, "counting skipped links");
  for (int i = 0; i < skips->size(); ++i) {
    const Row row = (*skips)[i];
    stats.skips.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
  }
  return ok();
}

}  // namespace

Result<QueueStats> read_stats(Connection& connection, const TableNames& names) {
  auto tasks = connection.query(names.expand(kTaskStats));
  if (!tasks) return explain_ours(std::move(tasks).error(), names, "counting tasks");
  QueueStats stats;
  for (int i = 0; i < tasks->size(); ++i) {
    const Row row = (*tasks)[i];
    stats.tasks.push_back({std::string(row.text(0)), std::string(row.text(1)),
                           std::string(row.text(2)), row.integer(3),
                           std::chrono::seconds(row.integer(4)), std::string(row.text(5))});
  }
  if (auto more = read_reasons(connection, names, stats); !more) return std::move(more).error();
  auto others =
      connection.query(names.expand(kOtherStats), {names.ours("link"), names.ours("task")});
  if (!others) return explain_ours(std::move(others).error(), names, "counting links");
  if (others->empty()) return stats;
  stats.changes = (*others)[0].integer(0);
  stats.links = (*others)[0].integer(1);
  stats.skipped = (*others)[0].integer(2);
  stats.owed_write_backs = (*others)[0].integer(3);
  stats.table_bytes = (*others)[0].integer(4);
  stats.dead_tuples = (*others)[0].integer(5);
  stats.oldest_xmin_age = (*others)[0].integer(6);
  return stats;
}

}  // namespace moodlesync::postgres
