// Longer than most files: each statement stands here with the method that it is for.
#include "drupal/postgres/task_queue.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "drupal/postgres/link_row.h"
#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/references.h"
#include "drupal/postgres/store_ahead.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

/// $1 limit, $2 to $6 routes. What no route wants is deleted as well: nobody will ever want it.
///
/// A deletion (D) and another Moodle id (R) also reach, by @referrers@, the entities that refer to
/// the one. A row of `change` is never updated, so once locked its ctid stays. ORDER BY: tasks are
/// always locked in key order.
constexpr std::string_view kDrain = R"sql(
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
  GROUP BY 1, 2, 3, 4
  ORDER BY entity_type, entity_id, component, source
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET
    generation = task.generation + 1,
    bundle = CASE WHEN excluded.bundle <> '' THEN excluded.bundle ELSE task.bundle END,
    @again@
)
SELECT count(*), coalesce(bool_or(op = 'C'), false) FROM taken)sql";

/// Another drain is to find the referrers.
constexpr std::string_view kPostpone = R"sql(postponed AS (
  INSERT INTO {moodle_sync.change} (entity_type, entity_id, op)
  SELECT DISTINCT entity_type, entity_id, 'R'::"char" FROM taken WHERE op IN ('D', 'R')
),)sql";

/// $1 components, $2 limit, $3 lease in seconds, $4 instance, $5 sequence of tokens. A running task
/// that is due has lost its lease: whoever had it may have asked Moodle, and that counts as a
/// failed attempt.
constexpr std::string_view kClaim = R"sql(
WITH due AS (
  SELECT t.* FROM (
    SELECT component, n FROM unnest($1::text[]) WITH ORDINALITY AS w(component, n)
    WHERE NOT EXISTS (
      SELECT FROM {moodle_sync.pause} p WHERE p.component IN ('', w.component))) AS c
  CROSS JOIN LATERAL (
    SELECT component, source, entity_type, entity_id, due_at
    FROM {moodle_sync.task} WHERE component = c.component AND state <> 'parked' AND due_at <= now()
    ORDER BY due_at LIMIT $2::int FOR UPDATE SKIP LOCKED) AS t
  ORDER BY t.due_at, c.n LIMIT $2::int
), claimed AS (
  UPDATE {moodle_sync.task} AS task SET
    state = 'running', token = nextval((SELECT $5::text::regclass)), instance = $4,
    lease_until = now() + $3::int * interval '1 second',
    due_at = now() + $3::int * interval '1 second',
    in_doubt = task.in_doubt OR task.state = 'running',
    attempts = task.attempts + CASE task.state WHEN 'running' THEN 1 ELSE 0 END,
    waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL
  FROM due
  WHERE task.entity_type = due.entity_type AND task.entity_id = due.entity_id
    AND task.component = due.component AND task.source = due.source
  RETURNING task.component, task.source, task.entity_type, task.entity_id, task.bundle,
            task.generation, task.token, task.attempts, task.in_doubt, task.first_at, due.due_at
)
SELECT component, source, entity_type, entity_id, bundle, generation, token, attempts, in_doubt,
       (extract(epoch FROM greatest(clock_timestamp() - first_at, '0')) * 1000000)::bigint,
       (extract(epoch FROM greatest(clock_timestamp() - due_at, '0')) * 1000000)::bigint
FROM claimed ORDER BY due_at, token)sql";

constexpr std::string_view kTasksLinks = R"sql(
SELECT k.component, k.source, k.entity_type, k.entity_id, @columns@
FROM @keys@ JOIN {moodle_sync.link} l USING (entity_type, entity_id, component, source))sql";

/// $1 to $5 tasks, $6 lease in seconds.
constexpr std::string_view kRenew = R"sql(
WITH held AS (
  UPDATE {moodle_sync.task} AS task SET
    lease_until = now() + $6::int * interval '1 second',
    due_at = now() + $6::int * interval '1 second'
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
constexpr std::string_view kAwait = R"sql(
SELECT FROM {moodle_sync.task} AS task JOIN @keys@
  ON task.entity_type = k.entity_type AND task.entity_id = k.entity_id
  AND task.component = k.component AND task.source = k.source
ORDER BY task.entity_type, task.entity_id, task.component, task.source FOR UPDATE OF task)sql";

/// $1 to $5 tasks, $6 in doubt.
constexpr std::string_view kRelease = R"sql(
UPDATE {moodle_sync.task} AS task SET
  state = 'pending', due_at = now(), lease_until = NULL, token = NULL, instance = NULL,
  in_doubt = task.in_doubt OR $6::bool
FROM @keys@
WHERE task.entity_type = k.entity_type AND task.entity_id = k.entity_id
  AND task.component = k.component AND task.source = k.source
  AND task.token = k.token AND task.state = 'running')sql";

constexpr std::string_view kNextDue = R"sql(
SELECT CASE WHEN count(*) > 0 THEN
  ceil(greatest(extract(epoch FROM min(t.due_at) - clock_timestamp()), 0) * 1000)::bigint END
FROM unnest($1::text[]) AS c(component) CROSS JOIN LATERAL (
  SELECT due_at FROM {moodle_sync.task}
  WHERE component = c.component AND state <> 'parked' AND state <> 'running'
  ORDER BY due_at LIMIT 1) AS t)sql";

/// The component outside: with it inside, PostgreSQL of a time when there were few links takes the
/// index that begins with the component, and for each entity looks at all that the component has.
constexpr std::string_view kLinks = R"sql(
SELECT l.entity_type, l.entity_id, @columns@
FROM unnest($2::text[], $3::bigint[]) AS k(entity_type, entity_id) CROSS JOIN LATERAL (
  SELECT * FROM {moodle_sync.link}
  WHERE entity_type = k.entity_type AND entity_id = k.entity_id
  OFFSET 0) l
WHERE l.component = $1)sql";

constexpr std::string_view kHolders = R"sql(
SELECT DISTINCT moodle_id, entity_type, entity_id FROM {moodle_sync.link}
WHERE component = $1 AND moodle_id = ANY($2::bigint[]) AND skipped = '' ORDER BY 1, 2, 3)sql";

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

/// As many changes or tasks are no longer what statistics of a quiet hour are good for.
constexpr std::size_t kMany = 1000;

/// SQLSTATE query_canceled, by statement_timeout.
constexpr std::string_view kCanceled = "57014";

std::string with_keys(const TableNames& names, std::string_view sql) {
  return names.expand(
      filled(filled(std::string(sql), "@keys@", TaskKeys::kTable), "@columns@", kLinkColumns));
}

std::string new_instance() {
  std::string host(256, '\0');
  if (gethostname(host.data(), host.size() - 1) != 0) host = "unknown";
  host.resize(host.find('\0') == std::string::npos ? host.size() : host.find('\0'));
  return host + ":" + std::to_string(getpid()) + ":" + std::to_string(std::random_device{}());
}

Task read_task(const Row& row) {
  Task task;
  task.key = read_task_key(row, 0);
  task.bundle = row.text(4);
  task.generation = row.integer(5);
  task.token = row.integer(6);
  task.attempts = static_cast<int>(row.integer(7));
  task.in_doubt = row.flag(8);
  task.queued = std::chrono::microseconds(row.integer(9));
  task.overdue = std::chrono::microseconds(row.integer(10));
  return task;
}

Params operator+(Params params, Param more) {
  params.push_back(std::move(more));
  return params;
}

/// A table or column that was there when the schema was read is not there any more.
bool is_outdated(const Error& error) { return error.code == "42P01" || error.code == "42703"; }

bool is_forbidden(const Error& error) { return error.code == "42501"; }

}  // namespace

TaskQueue::TaskQueue(Connection& connection, const TableNames& names, const SiteSchema& schema)
    : connection_(connection),
      names_(names),
      schema_(schema),
      sweep_(connection, names),
      instance_(new_instance()) {}

void TaskQueue::set_sources(std::vector<SourceSpec> sources) {
  sources_ = std::move(sources);
  routes_ = Routes(sources_);
  planned_for_ = 0;
  sweep_.begin(sources_);
}

void TaskQueue::plan_references() {
  referrers_ = referrer_legs(sources_, schema_, names_);
  planned_for_ = schema_.revision();
  postpones_ = false;
}

Error TaskQueue::explain(Error error, std::string_view doing) const {
  return explain_ours(std::move(error), names_, doing);
}

/// A server that is too slow just now for a large drain gets smaller ones: what it cancelled would
/// take as long the next time.
Result<DrainReport> TaskQueue::drain(int limit) {
  const int most = std::min(limit, drain_most_);
  auto report = drain_with_referrers(most);
  if (!report && report.error().code == kCanceled) drain_most_ = std::max(1, most / 2);
  if (report && most < limit) drain_most_ = most + most / 4 + 1;
  return report;
}

/// Whom a deletion concerns can be postponed, the changes themselves cannot: a field that is being
/// removed from Drupal must not hold up everything else.
Result<DrainReport> TaskQueue::drain_with_referrers(int limit) {
  if (planned_for_ != schema_.revision()) plan_references();
  bool is_outdated_now = false;
  if (!postpones_) {
    auto report = drain(limit, referrers_, "");
    if (report) return report;
    is_outdated_now = is_outdated(report.error());
    const bool fails_by_reference = is_outdated_now || is_forbidden(report.error());
    if (referrers_.empty() || !fails_by_reference) {
      return explain(std::move(report).error(), "draining changes");
    }
    postpones_ = true;
  }
  auto report = drain(limit, "", kPostpone);
  if (!report) return explain(std::move(report).error(), "draining changes");
  report->config_changed |= is_outdated_now;
  return report;
}

Result<DrainReport> TaskQueue::drain(int limit, std::string_view referrers,
                                     std::string_view postponed) {
  Params params{limit};
  for (Param& route : routes_.params()) params.push_back(std::move(route));
  std::string sql = filled(std::string(kDrain), "@postponed@", postponed);
  sql = filled(filled(std::move(sql), "@wanted@", kWantedByChanges), "@again@", kDueAgain);
  sql = filled(filled(names_.expand(sql), "@routes@", Routes::table(2)), "@referrers@", referrers);
  auto rows = connection_.query(sql, params);
  if (!rows) {
    drain_is_in_doubt_ |= rows.error().kind == ErrorKind::kUnavailable;
    return std::move(rows).error();
  }
  const Row row = (*rows)[0];
  const bool may_have_changed = std::exchange(drain_is_in_doubt_, false);
  moved_ += static_cast<std::size_t>(row.integer(0));
  return DrainReport{static_cast<std::size_t>(row.integer(0)), row.flag(1) || may_have_changed};
}

Result<SweepReport> TaskQueue::sweep(int limit) {
  auto report = sweep_.step(limit);
  if (!report) return explain(std::move(report).error(), "sweeping");
  return report;
}

Result<std::vector<Task>> TaskQueue::claim(const ClaimRequest& request) {
  if (maybe_claimed_.empty()) {
    auto tasks = claim_more(request);
    if (tasks || tasks.error().kind != ErrorKind::kInDoubt) return tasks;
  }
  return find_out_claimed(request.lease);
}

/// A task that bears the token of our claim was claimed; one that does not was not, or somebody
/// took it over since. A server process may still be about to commit.
Result<std::vector<Task>> TaskQueue::find_out_claimed(std::chrono::seconds lease) {
  auto settled = connection_.query(with_keys(names_, kAwait), TaskKeys(maybe_claimed_).params());
  if (!settled) return explain(std::move(settled).error(), "waiting for a lost COMMIT");
  auto lost = renew(maybe_claimed_, lease);
  if (!lost) return std::move(lost).error().in("finding out what a lost COMMIT had claimed");
  std::vector<Task> tasks = std::exchange(maybe_claimed_, {});
  std::erase_if(
      tasks, [&](const Task& task) { return std::ranges::find(*lost, task.key) != lost->end(); });
  return tasks;
}

/// What comes of it is no concern of ours: all goes on without, only slower.
void TaskQueue::refresh_statistics() {
  if (moved_ < kMany) return;
  moved_ = 0;
  static_cast<void>(connection_.query("SELECT " + names_.ours("refresh_statistics") + "()"));
}

Result<std::vector<Task>> TaskQueue::claim_more(const ClaimRequest& request) {
  refresh_statistics();
  auto transaction = Transaction::begin(connection_, kByKeys);
  if (!transaction) return std::move(transaction).error().in("claiming tasks");
  auto rows = transaction->query(
      names_.expand(kClaim), {request.components, request.limit, request.lease.count(), instance_,
                              names_.ours("task_token")});
  if (!rows) return explain(std::move(rows).error(), "claiming tasks");
  std::vector<Task> tasks;
  tasks.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) tasks.push_back(read_task((*rows)[i]));
  if (tasks.empty()) return tasks;
  moved_ += tasks.size();
  if (auto loaded = load_links(*transaction, tasks); !loaded) {
    return std::move(loaded).error().in("claiming tasks");
  }
  if (auto committed = transaction->commit(); !committed) {
    if (committed.error().kind == ErrorKind::kInDoubt) maybe_claimed_ = std::move(tasks);
    return std::move(committed).error().in("claiming tasks");
  }
  return tasks;
}

/// A statement of its own: the claiming one waited for nobody, but its snapshot may be older than
/// the commit of whoever held a task before, and then it would not see the link of that commit.
Status TaskQueue::load_links(Transaction& transaction, std::vector<Task>& tasks) {
  auto rows = transaction.query(with_keys(names_, kTasksLinks), TaskKeys(tasks).params());
  if (!rows) return std::move(rows).error();
  std::map<TaskKey, Link> links;
  for (int i = 0; i < rows->size(); ++i) {
    links.emplace(read_task_key((*rows)[i], 0), read_link((*rows)[i], 4));
  }
  for (Task& task : tasks) {
    if (auto found = links.find(task.key); found != links.end()) {
      task.link = std::move(found->second);
    }
  }
  return ok();
}

Result<std::vector<TaskKey>> TaskQueue::renew(std::span<const Task> tasks,
                                              std::chrono::seconds lease) {
  auto rows =
      connection_.query(with_keys(names_, kRenew), TaskKeys(tasks).params() + Param(lease.count()));
  if (!rows) return explain(std::move(rows).error(), "renewing leases");
  std::vector<TaskKey> lost;
  lost.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) lost.push_back(read_task_key((*rows)[i], 0));
  return lost;
}

Result<SettleReport> TaskQueue::settle(std::span<const Settlement> settlements) {
  auto report = settle_group(connection_, names_, settlements, settle_doubt_);
  if (!report) return explain(std::move(report).error(), "settling tasks");
  return report;
}

Status TaskQueue::release(std::span<const Task> tasks, bool in_doubt) {
  if (tasks.empty()) return ok();
  auto rows =
      connection_.query(with_keys(names_, kRelease), TaskKeys(tasks).params() + Param(in_doubt));
  if (!rows) return explain(std::move(rows).error(), "releasing tasks");
  return ok();
}

Result<std::optional<std::chrono::milliseconds>> TaskQueue::next_due(
    std::span<const std::string> components) {
  const std::vector<std::string> names(components.begin(), components.end());
  auto rows = connection_.query(names_.expand(kNextDue), {names});
  if (!rows) return explain(std::move(rows).error(), "looking for the next due task");
  const auto milliseconds = (*rows)[0].optional_integer(0);
  if (!milliseconds) return std::optional<std::chrono::milliseconds>{};
  return std::optional(std::chrono::milliseconds(*milliseconds));
}

Result<std::vector<std::pair<EntityRef, Link>>> TaskQueue::links(std::string_view component,
                                                                 std::span<const EntityRef> refs) {
  std::vector<std::string> types;
  std::vector<std::int64_t> ids;
  for (const EntityRef& ref : refs) {
    types.push_back(ref.type);
    ids.push_back(ref.id);
  }
  auto rows = connection_.query(with_keys(names_, kLinks), {component, types, ids});
  if (!rows) return explain(std::move(rows).error(), "reading links");
  std::vector<std::pair<EntityRef, Link>> found;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    found.emplace_back(EntityRef{std::string(row.text(0)), row.integer(1)}, read_link(row, 2));
  }
  return found;
}

Result<std::vector<std::pair<MoodleId, EntityRef>>> TaskQueue::holders(
    std::string_view component, std::span<const MoodleId> ids) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(ids.size());
  for (const MoodleId id : ids) numbers.push_back(id.value);
  auto rows = connection_.query(names_.expand(kHolders), {component, numbers});
  if (!rows) return explain(std::move(rows).error(), "reading whose a Moodle id is");
  std::vector<std::pair<MoodleId, EntityRef>> found;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    found.emplace_back(MoodleId{row.integer(0)},
                       EntityRef{std::string(row.text(1)), row.integer(2)});
  }
  return found;
}

Result<std::vector<TaskKey>> TaskQueue::store_ahead(std::span<const Task> tasks) {
  auto lost = store_links_ahead(connection_, names_, tasks);
  if (!lost) return explain(std::move(lost).error(), "storing links ahead of Moodle");
  return lost;
}

Status TaskQueue::read_reasons(QueueStats& stats) {
  auto waits = connection_.query(names_.expand(kWaitStats));
  if (!waits) return explain(std::move(waits).error(), "counting waiting tasks");
  for (int i = 0; i < waits->size(); ++i) {
    const Row row = (*waits)[i];
    stats.waits.push_back({std::string(row.text(0)),
                           std::string(row.text(1)),
                           row.integer(2),
                           {std::string(row.text(3)), row.integer(4)}});
  }
  auto skips = connection_.query(names_.expand(kSkipStats));
  if (!skips) return explain(std::move(skips).error(), "counting skipped links");
  for (int i = 0; i < skips->size(); ++i) {
    const Row row = (*skips)[i];
    stats.skips.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
  }
  return ok();
}

Result<QueueStats> TaskQueue::stats() {
  auto tasks = connection_.query(names_.expand(kTaskStats));
  if (!tasks) return explain(std::move(tasks).error(), "counting tasks");
  QueueStats stats;
  for (int i = 0; i < tasks->size(); ++i) {
    const Row row = (*tasks)[i];
    stats.tasks.push_back({std::string(row.text(0)), std::string(row.text(1)),
                           std::string(row.text(2)), row.integer(3),
                           std::chrono::seconds(row.integer(4)), std::string(row.text(5))});
  }
  if (auto more = read_reasons(stats); !more) return std::move(more).error();
  auto others =
      connection_.query(names_.expand(kOtherStats), {names_.ours("link"), names_.ours("task")});
  if (!others) return explain(std::move(others).error(), "counting links");
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
