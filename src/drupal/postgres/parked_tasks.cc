#include "drupal/postgres/parked_tasks.h"

#include <algorithm>

#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

/// $1 component, $2 code, $3 entity type, $4 entity id; what is empty leaves all in.
constexpr std::string_view kFits =
    "($1 = '' OR t.component = $1) AND ($2 = '' OR t.code = $2)"
    " AND ($3 = '' OR (t.entity_type = $3 AND t.entity_id = $4::bigint))";

/// $5 limit. A parked task is due since it was parked.
constexpr std::string_view kList = R"sql(
SELECT t.component, t.source, t.entity_type, t.entity_id, t.code, t.message, t.attempts,
       greatest(0, floor(extract(epoch FROM clock_timestamp() - t.due_at)))::bigint,
       greatest(0, floor(extract(epoch FROM clock_timestamp() - t.first_at)))::bigint,
       l.moodle_id, count(*) OVER ()
FROM {moodle_sync.task} t
LEFT JOIN {moodle_sync.link} l USING (entity_type, entity_id, component, source)
WHERE t.state = 'parked' AND @which@
ORDER BY t.due_at, t.entity_type, t.entity_id, t.component, t.source LIMIT $5::int)sql";

/// $5 the channel that the daemon listens on.
constexpr std::string_view kRetry = R"sql(
WITH chosen AS (
  SELECT entity_type, entity_id, component, source FROM {moodle_sync.task} t
  WHERE t.state = 'parked' AND @which@
  ORDER BY entity_id, entity_type, component, source FOR UPDATE
), due AS (
  UPDATE {moodle_sync.task} AS task SET
    state = 'pending', due_at = now(), first_at = now(), attempts = 0, code = '', message = ''
  FROM chosen c
  WHERE task.entity_type = c.entity_type AND task.entity_id = c.entity_id
    AND task.component = c.component AND task.source = c.source
  RETURNING 1
)
SELECT count(*), pg_notify($5, '') FROM due)sql";

constexpr std::string_view kForget = R"sql(
WITH chosen AS (
  SELECT entity_type, entity_id, component, source FROM {moodle_sync.task} t
  WHERE t.state = 'parked' AND @which@
  ORDER BY entity_id, entity_type, component, source FOR UPDATE
), forgotten AS (
  DELETE FROM {moodle_sync.task} AS task USING chosen c
  WHERE task.entity_type = c.entity_type AND task.entity_id = c.entity_id
    AND task.component = c.component AND task.source = c.source
  RETURNING task.entity_type, task.entity_id, task.component, task.source
), marked AS (
  UPDATE {moodle_sync.link} AS l SET dropped_at = now() FROM forgotten f
  WHERE l.entity_type = f.entity_type AND l.entity_id = f.entity_id
    AND l.component = f.component AND l.source = f.source
), released AS (
  DELETE FROM {moodle_sync.removal} AS r USING forgotten f
  WHERE r.entity_type = f.entity_type AND r.entity_id = f.entity_id
    AND r.component = f.component AND r.source = f.source AND r.state = 'held'
)
SELECT count(*) FROM forgotten)sql";

std::string with_condition(std::string_view sql, std::string_view which) {
  constexpr std::string_view kMark = "@which@";
  std::string text(sql);
  return text.replace(text.find(kMark), kMark.size(), which);
}

Params params_of(const ParkedFilter& filter) {
  const EntityRef entity = filter.entity.value_or(EntityRef{});
  return {filter.component, filter.code, entity.type, entity.id};
}

ParkedTask read_parked(const Row& row) {
  ParkedTask task;
  task.key = read_task_key(row, 0);
  task.code = row.text(4);
  task.message = row.text(5);
  task.attempts = static_cast<int>(row.integer(6));
  task.parked = std::chrono::seconds(row.integer(7));
  task.queued = std::chrono::seconds(row.integer(8));
  if (const auto id = row.optional_integer(9)) task.moodle_id = MoodleId{*id};
  return task;
}

}  // namespace

std::string forget_parked_sql(std::string_view which) { return with_condition(kForget, which); }

Result<ParkedList> ParkedTasks::list(const ParkedFilter& filter, int limit) {
  Params params = params_of(filter);
  params.emplace_back(std::max(limit, 1));  // No row, no count.
  auto rows = connection_.query(names_.expand(with_condition(kList, kFits)), params);
  if (!rows) return std::move(rows).error().in("reading parked tasks");
  ParkedList list;
  for (int i = 0; i < rows->size(); ++i) list.tasks.push_back(read_parked((*rows)[i]));
  if (!rows->empty()) list.total = (*rows)[0].integer(10);
  if (limit < 1) list.tasks.clear();
  return list;
}

Result<std::size_t> ParkedTasks::retry(const ParkedFilter& filter) {
  Params params = params_of(filter);
  params.emplace_back(names_.our_schema());
  auto rows = connection_.execute(names_.expand(with_condition(kRetry, kFits)), params);
  if (!rows) return std::move(rows).error().in("making parked tasks due");
  return static_cast<std::size_t>((*rows)[0].integer(0));
}

Result<std::size_t> ParkedTasks::drop(const ParkedFilter& filter) {
  auto rows = connection_.execute(names_.expand(forget_parked_sql(kFits)), params_of(filter));
  if (!rows) return std::move(rows).error().in("dropping parked tasks");
  return static_cast<std::size_t>((*rows)[0].integer(0));
}

}  // namespace moodlesync::postgres
