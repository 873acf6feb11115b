#include "drupal/postgres/dossier_reader.h"

#include "drupal/postgres/link_row.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

using std::chrono::seconds;

constexpr std::string_view kTasks = R"sql(
SELECT t.component, t.source, t.entity_type, t.entity_id, t.state, t.code, t.message, t.attempts,
       t.in_doubt, floor(extract(epoch FROM coalesce(t.lease_until, t.due_at) - now()))::bigint,
       greatest(0, floor(extract(epoch FROM now() - t.first_at)))::bigint,
       coalesce(t.waits_component, ''), t.waits_entity_type, t.waits_entity_id,
       coalesce(t.instance, '')
FROM {moodle_sync.task} t WHERE t.entity_type = $1 AND t.entity_id = $2::bigint
ORDER BY t.component, t.source)sql";

constexpr std::string_view kLinks = R"sql(
SELECT l.component, l.source, l.entity_type, l.entity_id, @columns@,
       greatest(0, floor(extract(epoch FROM now() - l.updated_at)))::bigint, l.write_back = 1,
       coalesce(l.dropped_at >= l.updated_at, false)
FROM {moodle_sync.link} l WHERE l.entity_type = $1 AND l.entity_id = $2::bigint
ORDER BY l.component, l.source)sql";

constexpr std::string_view kHeld = R"sql(
SELECT r.component, r.source, r.entity_type, r.entity_id, r.verb, count(*)
FROM {moodle_sync.removal} r
WHERE r.entity_type = $1 AND r.entity_id = $2::bigint AND r.state = 'held'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 5)sql";

constexpr std::string_view kWaiters = R"sql(
SELECT t.component, t.source, t.entity_type, t.entity_id FROM {moodle_sync.task} t
WHERE t.state = 'waiting' AND t.waits_entity_type = $1 AND t.waits_entity_id = $2::bigint
ORDER BY 1, 2, 3, 4 LIMIT 20)sql";

constexpr std::string_view kChanges = R"sql(
SELECT count(*) FROM {moodle_sync.change} WHERE entity_type = $1 AND entity_id = $2::bigint)sql";

std::string with_columns(std::string_view sql) {
  constexpr std::string_view kMark = "@columns@";
  std::string text(sql);
  return text.replace(text.find(kMark), kMark.size(), kLinkColumns);
}

Dossier::OwedTask read_task(const Row& row) {
  Dossier::OwedTask task;
  task.key = read_task_key(row, 0);
  task.state = row.text(4);
  task.code = row.text(5);
  task.message = row.text(6);
  task.attempts = static_cast<int>(row.integer(7));
  task.in_doubt = row.flag(8);
  task.due = seconds(row.integer(9));
  task.queued = seconds(row.integer(10));
  task.waits_component = row.text(11);
  if (!row.is_null(12)) task.waits_on = EntityRef{std::string(row.text(12)), row.integer(13)};
  task.instance = row.text(14);
  return task;
}

}  // namespace

Result<Dossier> DossierReader::open(const EntityRef& entity) {
  auto transaction = Transaction::begin(connection_, "ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (!transaction) return std::move(transaction).error().in("reading about the entity");
  const Params params{entity.type, entity.id};
  Dossier dossier;
  Status status = read_tasks(*transaction, params, dossier);
  if (status) status = read_links(*transaction, params, dossier);
  if (status) status = read_others(*transaction, params, dossier);
  if (status) status = transaction->commit();
  if (!status) return std::move(status).error().in("reading about " + to_string(entity));
  return dossier;
}

Status DossierReader::read_tasks(Transaction& transaction, const Params& entity,
                                 Dossier& dossier) const {
  auto tasks = transaction.query(names_.expand(kTasks), entity);
  if (!tasks) return std::move(tasks).error();
  for (int i = 0; i < tasks->size(); ++i) dossier.tasks.push_back(read_task((*tasks)[i]));
  auto waiters = transaction.query(names_.expand(kWaiters), entity);
  if (!waiters) return std::move(waiters).error();
  for (int i = 0; i < waiters->size(); ++i) {
    dossier.waiting_for.push_back(read_task_key((*waiters)[i], 0));
  }
  return ok();
}

Status DossierReader::read_links(Transaction& transaction, const Params& entity,
                                 Dossier& dossier) const {
  constexpr int kAfterLink = 9;
  auto links = transaction.query(names_.expand(with_columns(kLinks)), entity);
  if (!links) return std::move(links).error();
  for (int i = 0; i < links->size(); ++i) {
    const Row row = (*links)[i];
    dossier.links.push_back({read_task_key(row, 0), read_link(row, 4),
                             seconds(row.integer(kAfterLink)), row.flag(kAfterLink + 1),
                             row.flag(kAfterLink + 2)});
  }
  return ok();
}

Status DossierReader::read_others(Transaction& transaction, const Params& entity,
                                  Dossier& dossier) const {
  auto held = transaction.query(names_.expand(kHeld), entity);
  if (!held) return std::move(held).error();
  for (int i = 0; i < held->size(); ++i) {
    const Row row = (*held)[i];
    dossier.held.push_back({read_task_key(row, 0), std::string(row.text(4)), row.integer(5)});
  }
  auto changes = transaction.query(names_.expand(kChanges), entity);
  if (!changes) return std::move(changes).error();
  dossier.changes = (*changes)[0].integer(0);
  return ok();
}

}  // namespace moodlesync::postgres
