#include "drupal/postgres/settle.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/link_row.h"

namespace moodlesync::postgres {

namespace {

using Json = nlohmann::json;

/// A deadlock was broken, or a serialisation failed: nothing was done, and again may work at once.
/// Nor does it hurt after a COMMIT that was never answered: what it stored is not stored twice.
constexpr int kAttempts = 3;

constexpr std::string_view kMatchesTask =
    "t.entity_type = s.entity_type AND t.entity_id = s.entity_id AND t.component = s.component"
    " AND t.source = s.source";

/// The group as a table `s`, from $1. A null waits_component: it waits for nothing.
constexpr std::string_view kGroup = R"sql(jsonb_to_recordset($1::jsonb) AS s(
  n int, component text, source text, entity_type text, entity_id bigint, token bigint,
  generation bigint, state text, delay_ms bigint, spend_attempt bool, in_doubt bool, code text,
  message text, waits_component text, waits_source text, waits_entity_type text,
  waits_entity_id bigint, waits_bundle text, has_link bool, moodle_id bigint, sent jsonb, uuid text,
  bundle text, skipped text, remove_link bool, owe_write_back bool, changed bool))sql";

constexpr std::string_view kLock = R"sql(
SELECT FROM {moodle_sync.task} t JOIN (
  SELECT entity_type, entity_id, component, source FROM @group@
  UNION
  SELECT waits_entity_type, waits_entity_id, waits_component, waits_source FROM @group@
  WHERE waits_component IS NOT NULL
  UNION
  SELECT w.entity_type, w.entity_id, w.component, w.source
  FROM @group@ JOIN {moodle_sync.task} w ON w.state = 'waiting' AND w.waits_component = s.component
    AND w.waits_entity_type = s.entity_type AND w.waits_entity_id = s.entity_id
) AS k USING (entity_type, entity_id, component, source)
ORDER BY t.entity_type, t.entity_id, t.component, t.source FOR UPDATE OF t)sql";

/// Whose rows are still ours, and whether a change came meanwhile.
constexpr std::string_view kJudge = R"sql(
SELECT s.n, t.generation <> s.generation
FROM @group@ JOIN {moodle_sync.task} t ON @matches@
WHERE t.state = 'running' AND t.token = s.token)sql";

/// An id that we had told of already and that is owed again was wiped in Drupal: a reassert. Not so
/// while the first write is still owed (write_back = 1).
constexpr std::string_view kStoreLinks = R"sql(
INSERT INTO {moodle_sync.link} AS link
  (component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, updated_at,
   write_back, write_back_due)
SELECT component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, now(),
       CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN 1 ELSE 0 END,
       CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN now() END
FROM @group@ WHERE has_link AND NOT remove_link
ORDER BY entity_type, entity_id, component, source
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
                       WHEN excluded.write_back = 0 OR link.write_back = 1 THEN link.reasserted_on
                       ELSE current_date END)sql";

/// Whoever refers to an entity was told of its former id, or that it has none: the next drain finds
/// them. Not for a first id: those who need it wait for it. Before the links are stored.
constexpr std::string_view kTellReferrers = R"sql(
INSERT INTO {moodle_sync.change} (entity_type, entity_id, op)
SELECT DISTINCT s.entity_type, s.entity_id, 'R'::"char"
FROM @group@ JOIN {moodle_sync.link} t ON @matches@
WHERE (t.moodle_id IS NOT NULL
       AND (s.remove_link OR (s.has_link AND s.moodle_id IS DISTINCT FROM t.moodle_id)))
   OR (t.skipped <> '' AND s.has_link AND s.skipped = '' AND s.moodle_id IS NOT NULL))sql";

/// An id of another server's (we were led to a standby that took over) may be ahead of this one's.
constexpr std::string_view kFindOut = R"sql(
SELECT CASE WHEN $1::xid8 < pg_snapshot_xmax(pg_current_snapshot())
            THEN pg_xact_status($1::xid8) END)sql";

constexpr std::string_view kRemoveLinks = R"sql(
DELETE FROM {moodle_sync.link} t USING @group@ WHERE s.remove_link AND @matches@)sql";

/// Looked at and found in order: the sweep need not ask again.
constexpr std::string_view kTouchLinks = R"sql(
UPDATE {moodle_sync.link} t SET updated_at = now() FROM @group@
WHERE s.state = 'done' AND NOT s.has_link AND @matches@)sql";

constexpr std::string_view kFinishTasks = R"sql(
DELETE FROM {moodle_sync.task} t USING @group@
WHERE s.state = 'done' AND NOT s.changed AND @matches@)sql";

/// A newer change wins over whatever this conversation came to: pending, due now, a fresh start.
constexpr std::string_view kKeepTasks = R"sql(
UPDATE {moodle_sync.task} t SET
  state = CASE WHEN s.changed THEN 'pending' ELSE s.state END,
  due_at = now() + CASE WHEN s.changed THEN 0 ELSE s.delay_ms END * interval '1 millisecond',
  attempts = CASE WHEN s.changed THEN 0
                  ELSE t.attempts + CASE WHEN s.spend_attempt THEN 1 ELSE 0 END END,
  in_doubt = s.in_doubt, code = CASE WHEN s.changed THEN '' ELSE s.code END,
  message = CASE WHEN s.changed THEN '' ELSE s.message END,
  lease_until = NULL, token = NULL, instance = NULL,
  waits_component = CASE WHEN NOT s.changed THEN s.waits_component END,
  waits_entity_type = CASE WHEN NOT s.changed THEN s.waits_entity_type END,
  waits_entity_id = CASE WHEN NOT s.changed THEN s.waits_entity_id END
FROM @group@ WHERE (s.state <> 'done' OR s.changed) AND @matches@)sql";

/// Queues what is waited for and stands nowhere. Not a target that was looked at just now and has
/// no id, nor one that is skipped: it would be done at once, wake its waiter and be queued again.
constexpr std::string_view kQueueTargets = R"sql(
INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle)
SELECT s.waits_component, s.waits_source, s.waits_entity_type, s.waits_entity_id,
       max(s.waits_bundle)
FROM @group@
WHERE s.waits_component IS NOT NULL AND NOT s.changed AND NOT EXISTS (
  SELECT FROM {moodle_sync.link} l
  WHERE l.entity_type = s.waits_entity_type AND l.entity_id = s.waits_entity_id
    AND l.component = s.waits_component
    AND (l.moodle_id IS NOT NULL OR l.skipped <> '' OR l.updated_at > now() - interval '1 minute'))
GROUP BY 1, 2, 3, 4
ORDER BY 3, 4, 1, 2
ON CONFLICT DO NOTHING)sql";

/// Wakes the group's own waiters whose target has its id by now, and everybody who waits for an
/// entity of this group that is done in whatever way or has an id.
constexpr std::string_view kWake = R"sql(
UPDATE {moodle_sync.task} t SET
  state = 'pending', due_at = now(), code = '', message = '',
  waits_component = NULL, waits_entity_type = NULL, waits_entity_id = NULL
WHERE t.state = 'waiting' AND (t.entity_type, t.entity_id, t.component, t.source) IN (
  SELECT s.entity_type, s.entity_id, s.component, s.source
  FROM @group@ JOIN {moodle_sync.link} l ON l.entity_type = s.waits_entity_type
    AND l.entity_id = s.waits_entity_id AND l.component = s.waits_component
  WHERE l.moodle_id IS NOT NULL
  UNION ALL
  SELECT w.entity_type, w.entity_id, w.component, w.source
  FROM @group@ JOIN {moodle_sync.task} w ON w.state = 'waiting'
    AND w.waits_component = s.component AND w.waits_entity_type = s.entity_type
    AND w.waits_entity_id = s.entity_id
  WHERE s.moodle_id IS NOT NULL OR (s.state = 'done' AND NOT s.changed)))sql";

std::string sql(const TableNames& names, std::string_view text) {
  std::string filled(text);
  const auto fill = [&](std::string_view mark, std::string_view by) {
    for (auto at = filled.find(mark); at != std::string::npos;
         at = filled.find(mark, at + by.size())) {
      filled.replace(at, mark.size(), by);
    }
  };
  fill("@group@", kGroup);
  fill("@matches@", kMatchesTask);
  return names.expand(filled);
}

std::string_view state_name(Settlement::State state) {
  switch (state) {
    case Settlement::State::kDone:
      return "done";
    case Settlement::State::kPending:
      return "pending";
    case Settlement::State::kWaiting:
      return "waiting";
    case Settlement::State::kParked:
      return "parked";
  }
  return "parked";
}

Json to_json(std::size_t n, const Settlement& settlement) {
  Json json{{"n", n},
            {"component", settlement.key.component},
            {"source", settlement.key.source},
            {"entity_type", settlement.key.entity.type},
            {"entity_id", settlement.key.entity.id},
            {"token", settlement.token},
            {"generation", settlement.generation},
            {"state", state_name(settlement.state)},
            {"delay_ms", settlement.delay.count()},
            {"spend_attempt", settlement.spend_attempt},
            {"in_doubt", settlement.in_doubt},
            {"code", storable(settlement.code)},
            {"message", storable(settlement.message)},
            {"has_link", settlement.link.has_value()},
            {"remove_link", settlement.remove_link},
            {"owe_write_back", settlement.owe_write_back},
            {"changed", false}};
  if (const auto& target = settlement.waits_on;
      target && settlement.state == Settlement::State::kWaiting) {
    json["waits_component"] = target->component;
    json["waits_source"] = target->source;
    json["waits_entity_type"] = target->entity.type;
    json["waits_entity_id"] = target->entity.id;
    json["waits_bundle"] = settlement.waits_on_bundle;
  }
  if (const auto& link = settlement.link) {
    if (link->moodle_id) json["moodle_id"] = link->moodle_id->value;
    json["sent"] = sent_to_json(link->sent);
    json["uuid"] = storable(link->uuid);
    json["bundle"] = storable(link->bundle);
    json["skipped"] = storable(link->skipped);
  }
  return json;
}

/// Which of the group an earlier COMMIT has stored, if one was never answered. The rows are locked,
/// so a server process that is still about to commit has ended by now.
///
/// It only tells what to report. Whether a row is still to be settled, its token says.
Result<std::set<std::int64_t>> settled_before(Transaction& transaction,
                                              const std::optional<SettleDoubt>& doubt) {
  if (!doubt) return std::set<std::int64_t>{};
  auto rows = transaction.query(std::string(kFindOut), {doubt->transaction});
  if (!rows) return std::move(rows).error();
  return (*rows)[0].text(0) == "committed" ? doubt->tokens : std::set<std::int64_t>{};
}

std::set<std::int64_t> tokens_of(const Json& group) {
  std::set<std::int64_t> tokens;
  for (const Json& one : group) tokens.insert(one["token"].get<std::int64_t>());
  return tokens;
}

/// Drops from `group` what is no longer ours and marks what has changed.
Status judge(Transaction& transaction, const TableNames& names,
             const std::set<std::int64_t>& settled_before, Json& group, SettleReport& report) {
  auto rows = transaction.query(sql(names, kJudge), {to_parameter(group)});
  if (!rows) return std::move(rows).error();
  Json ours = Json::array();
  for (int i = 0; i < rows->size(); ++i) {
    Json& one = group[static_cast<std::size_t>((*rows)[i].integer(0))];
    const bool changed = (*rows)[i].flag(1);
    one["changed"] = changed;
    if (changed) ++report.changed;
    ours.push_back(std::move(one));
  }
  for (const Json& one : group) {
    if (one.is_null()) continue;  // Moved into `ours`.
    ++(settled_before.contains(one["token"].get<std::int64_t>()) ? report.settled : report.lost);
  }
  report.settled += ours.size();
  group = std::move(ours);
  return ok();
}

Status commit(Transaction& transaction, const Json& group, std::optional<SettleDoubt>& doubt) {
  auto id = transaction.query("SELECT pg_current_xact_id_if_assigned()");
  if (!id) return std::move(id).error();
  auto committed = transaction.commit();
  if (!committed && committed.error().kind == ErrorKind::kInDoubt) {
    doubt = SettleDoubt{std::string((*id)[0].text(0)), tokens_of(group)};
  }
  return committed;
}

Result<SettleReport> settle_once(Connection& connection, const TableNames& names, Json group,
                                 std::optional<SettleDoubt>& doubt) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::move(transaction).error();
  auto locked = transaction->query(sql(names, kLock), {to_parameter(group)});
  if (!locked) return std::move(locked).error();
  auto before = settled_before(*transaction, doubt);
  if (!before) return std::move(before).error();
  SettleReport report;
  if (auto judged = judge(*transaction, names, *before, group, report); !judged) {
    return std::move(judged).error();
  }
  if (group.empty()) {
    doubt.reset();
    return report;
  }
  const std::string parameter = to_parameter(group);
  for (const std::string_view statement : {kTellReferrers, kStoreLinks, kRemoveLinks, kTouchLinks,
                                           kFinishTasks, kKeepTasks, kQueueTargets, kWake}) {
    auto done = transaction->query(sql(names, statement), {parameter});
    if (!done) return std::move(done).error();
    if (statement == kWake) report.woken = static_cast<std::size_t>(done->affected());
    if (statement == kTellReferrers) report.noted = static_cast<std::size_t>(done->affected());
  }
  if (auto committed = commit(*transaction, group, doubt); !committed) {
    return std::move(committed).error();
  }
  doubt.reset();
  return report;
}

}  // namespace

Result<SettleReport> settle_group(Connection& connection, const TableNames& names,
                                  std::span<const Settlement> settlements,
                                  std::optional<SettleDoubt>& doubt) {
  if (settlements.empty()) return SettleReport{};
  Json group = Json::array();
  for (const Settlement& settlement : settlements) {
    group.push_back(to_json(group.size(), settlement));
  }
  for (int attempt = 1;; ++attempt) {
    auto report = settle_once(connection, names, group, doubt);
    const bool again =
        !report && attempt < kAttempts &&
        (report.error().code.starts_with("40") || report.error().kind == ErrorKind::kInDoubt);
    if (!again) return report;
  }
}

}  // namespace moodlesync::postgres
