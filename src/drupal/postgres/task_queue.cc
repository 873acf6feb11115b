#include "drupal/postgres/task_queue.h"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "drupal/postgres/link_row.h"
#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/queue_statements.h"
#include "drupal/postgres/queue_stats.h"
#include "drupal/postgres/references.h"
#include "drupal/postgres/store_ahead.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

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
  // Whoever claims may be another session, which does not know how much this one has moved.
  if (report && std::cmp_less(report->taken, most)) refresh_statistics();
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
  sql = filled(filled(std::move(sql), "@commit@", kCommitSoon), "@key_order@", kKeyOrder);
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

/// A sample that tells a large table from an empty one will do: a full one takes a tenth of a
/// second. What comes of it is no concern of ours: all goes on without, only slower.
void TaskQueue::refresh_statistics() {
  if (moved_ < kMany) return;
  moved_ = 0;
  static_cast<void>(
      connection_.query("SELECT set_config('default_statistics_target', '10', true), " +
                        names_.ours("refresh_statistics") + "()"));
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
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    tasks[static_cast<std::size_t>(row.integer(0))].link = read_link(row, 1);
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

Result<std::vector<std::pair<EntityRef, LinkedId>>> TaskQueue::linked_ids(
    std::string_view component, std::span<const EntityRef> refs) {
  std::vector<std::string> types;
  std::vector<std::int64_t> ids;
  for (const EntityRef& ref : refs) {
    types.push_back(ref.type);
    ids.push_back(ref.id);
  }
  auto rows = connection_.query(names_.expand(kLinkedIds), {component, types, ids});
  if (!rows) return explain(std::move(rows).error(), "reading links");
  std::vector<std::pair<EntityRef, LinkedId>> found;
  found.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    LinkedId link{{}, std::string(row.text(3))};
    if (const auto id = row.optional_integer(2)) link.moodle_id = MoodleId{*id};
    found.emplace_back(EntityRef{std::string(row.text(0)), row.integer(1)}, std::move(link));
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

Result<QueueStats> TaskQueue::stats() { return read_stats(connection_, names_); }

}  // namespace moodlesync::postgres
