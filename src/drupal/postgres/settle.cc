#include "drupal/postgres/settle.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/param_types.h"
#include "drupal/postgres/link_row.h"
#include "drupal/postgres/our_statements.h"

namespace moodlesync::postgres {

namespace {

/// A deadlock was broken, or a serialisation failed: nothing was done, and again may work at once.
/// Nor does it hurt after a COMMIT that was never answered: what it stored is not stored twice.
constexpr int kAttempts = 3;

constexpr std::string_view kMatchesTask =
    "t.entity_type = s.entity_type AND t.entity_id = s.entity_id AND t.component = s.component"
    " AND t.source = s.source";

/// $1 to $10 the group's keys, tokens and generations, and what its tasks wait for. Locks all that
/// the settling is about and says, of the group's own rows, whose are still ours and whether a
/// change came meanwhile: as they are once the lock is ours, however long that took.
///
/// LATERAL and OFFSET 0 here and below: rows are looked up by index one by one, be there thousands
/// and the statistics of a time when there were none.
constexpr std::string_view kLock = R"sql(
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
) AS k ORDER BY entity_type, entity_id, component, source) AS k CROSS JOIN LATERAL (
  SELECT generation, state, token FROM {moodle_sync.task}
  WHERE entity_type = k.entity_type AND entity_id = k.entity_id AND component = k.component
    AND source = k.source
  FOR UPDATE) AS t)sql";

/// $1 to $22 the group. What each part does to links and tasks is done to different rows, so it
/// does not matter that they all see the tables as they were before.
///
/// told: whoever refers to an entity was told of its former id, or that it has none; the next drain
/// finds them. Not for a first id: those who need it wait for it.
/// stored: an id that we had told of already and that is owed again was wiped in Drupal: a
/// reassert. Not so while the first write is still owed (write_back = 1).
/// touched: looked at and found in order; the sweep need not ask again.
/// kept: a newer change wins over whatever this conversation came to: pending, due now, a fresh
/// start. What had been queued until then is done, if that is what it came to.
constexpr std::string_view kStore = R"sql(
WITH s AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bool[],
                       $7::bigint[], $8::bool[], $9::bool[], $10::text[], $11::text[],
                       $12::bool[], $13::bigint[], $14::jsonb[], $15::text[], $16::text[],
                       $17::text[], $18::bool[], $19::bool[], $20::text[], $21::text[],
                       $22::bigint[])
  AS s(component, source, entity_type, entity_id, state, changed, delay_ms, spend_attempt,
       in_doubt, code, message, has_link, moodle_id, sent, uuid, bundle, skipped, remove_link,
       owe_write_back, waits_component, waits_entity_type, waits_entity_id)
), told AS (
  INSERT INTO {moodle_sync.change} (entity_type, entity_id, op)
  SELECT DISTINCT s.entity_type, s.entity_id, 'R'::"char"
  FROM s JOIN {moodle_sync.link} t ON @matches@
  WHERE (t.moodle_id IS NOT NULL
         AND (s.remove_link OR (s.has_link AND s.moodle_id IS DISTINCT FROM t.moodle_id)))
     OR (t.skipped <> '' AND s.has_link AND s.skipped = '' AND s.moodle_id IS NOT NULL)
  RETURNING 1
), stored AS (
  INSERT INTO {moodle_sync.link} AS link
    (component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, updated_at,
     write_back, write_back_due)
  SELECT component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent, skipped, now(),
         CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN 1 ELSE 0 END,
         CASE WHEN owe_write_back AND moodle_id IS NOT NULL THEN now() END
  FROM s WHERE has_link AND NOT remove_link
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
constexpr std::string_view kQueueTargets = R"sql(
INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle)
SELECT s.component, s.source, s.entity_type, s.entity_id, max(s.bundle)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
  AS s(component, source, entity_type, entity_id, bundle)
WHERE NOT EXISTS (
  SELECT FROM {moodle_sync.link} l
  WHERE l.entity_type = s.entity_type AND l.entity_id = s.entity_id AND l.component = s.component
    AND (l.moodle_id IS NOT NULL OR l.skipped <> '' OR l.updated_at > now() - interval '1 minute'))
GROUP BY 1, 2, 3, 4
ORDER BY 3, 4, 1, 2
ON CONFLICT DO NOTHING)sql";

/// $1 to $8 the group. Wakes its own waiters whose target has its id by now or was skipped while
/// they were on their way, and everybody who waits for an entity of this group that is done in
/// whatever way or has an id ($5). Who was opted out may be waited for: he is again to be synced.
/// A waiter that somebody else changes just now (then its ctid is another) is no waiter any more.
/// Also tells our transaction's number, for a COMMIT that is not answered.
constexpr std::string_view kWake = R"sql(
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
constexpr std::string_view kFindOut = R"sql(
SELECT CASE WHEN $1::xid8 < pg_snapshot_xmax(pg_current_snapshot())
            THEN pg_xact_status($1::xid8) END)sql";

std::string sql(const TableNames& names, std::string_view text) {
  return names.expand(filled(std::string(text), "@matches@", kMatchesTask));
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

/// One of the group, and what the look at its locked row said.
struct Item {
  const Settlement* settlement = nullptr;
  bool is_ours = false;
  bool changed = false;  ///< A change came during the conversation.

  /// What it waits for, if anything.
  [[nodiscard]] const TaskKey* target() const {
    const auto& target = settlement->waits_on;
    return target && settlement->state == Settlement::State::kWaiting ? &*target : nullptr;
  }
};
using Group = std::vector<Item>;

/// The group as arrays, one for each column. `read`: what an item has in it.
template <class Read>
Param column(const Group& group, const Read& read) {
  std::vector<std::invoke_result_t<Read, const Item&>> values;
  values.reserve(group.size());
  for (const Item& item : group) values.push_back(read(item));
  return values;
}

using Text = std::optional<std::string_view>;
using Number = std::optional<std::int64_t>;

Params keys_of(const Group& group) {
  return {column(group, [](const Item& one) -> Text { return one.settlement->key.component; }),
          column(group, [](const Item& one) -> Text { return one.settlement->key.source; }),
          column(group, [](const Item& one) -> Text { return one.settlement->key.entity.type; }),
          column(group, [](const Item& one) -> Number { return one.settlement->key.entity.id; })};
}

Param target_texts(const Group& group, std::string_view (*of)(const TaskKey&)) {
  return column(group, [of](const Item& one) -> Text {
    const TaskKey* target = one.target();
    return target != nullptr ? Text(of(*target)) : std::nullopt;
  });
}
Param target_components(const Group& group) {
  return target_texts(group, [](const TaskKey& key) -> std::string_view { return key.component; });
}
Param target_sources(const Group& group) {
  return target_texts(group, [](const TaskKey& key) -> std::string_view { return key.source; });
}
Param target_types(const Group& group) {
  return target_texts(group,
                      [](const TaskKey& key) -> std::string_view { return key.entity.type; });
}
Param target_ids(const Group& group) {
  return column(group, [](const Item& one) -> Number {
    const TaskKey* target = one.target();
    return target != nullptr ? Number(target->entity.id) : std::nullopt;
  });
}

Params lock_params(const Group& group) {
  Params params = keys_of(group);
  params.push_back(column(group, [](const Item& one) { return one.settlement->token; }));
  params.push_back(column(group, [](const Item& one) { return one.settlement->generation; }));
  params.push_back(target_components(group));
  params.push_back(target_sources(group));
  params.push_back(target_types(group));
  params.push_back(target_ids(group));
  return params;
}

/// `text` of an item's link, null without one.
template <class Read>
Param link_texts(const Group& group, const Read& text) {
  return column(group, [&](const Item& one) -> std::optional<std::string> {
    const auto& link = one.settlement->link;
    return link ? std::optional(text(*link)) : std::nullopt;
  });
}

void add_links(Params& params, const Group& group) {
  params.push_back(column(group, [](const Item& one) { return one.settlement->link.has_value(); }));
  params.push_back(column(group, [](const Item& one) -> Number {
    const auto& link = one.settlement->link;
    return link && link->moodle_id ? Number(link->moodle_id->value) : std::nullopt;
  }));
  params.push_back(
      link_texts(group, [](const Link& link) { return to_parameter(sent_to_json(link.sent)); }));
  params.push_back(link_texts(group, [](const Link& link) { return base::clean_utf8(link.uuid); }));
  params.push_back(
      link_texts(group, [](const Link& link) { return base::clean_utf8(link.bundle); }));
  params.push_back(
      link_texts(group, [](const Link& link) { return base::clean_utf8(link.skipped); }));
}

Params store_params(const Group& group) {
  Params params = keys_of(group);
  const auto add = [&](const auto& read) { params.push_back(column(group, read)); };
  add([](const Item& one) { return state_name(one.settlement->state); });
  add([](const Item& one) { return one.changed; });
  add([](const Item& one) -> std::int64_t { return one.settlement->delay.count(); });
  add([](const Item& one) { return one.settlement->spend_attempt; });
  add([](const Item& one) { return one.settlement->in_doubt; });
  add([](const Item& one) { return base::clean_utf8(one.settlement->code); });
  add([](const Item& one) { return base::clean_utf8(one.settlement->message); });
  add_links(params, group);
  add([](const Item& one) { return one.settlement->remove_link; });
  add([](const Item& one) { return one.settlement->owe_write_back; });
  params.push_back(target_components(group));
  params.push_back(target_types(group));
  params.push_back(target_ids(group));
  return params;
}

Params wake_params(const Group& group) {
  Params params = keys_of(group);
  params.push_back(column(group, [](const Item& one) {
    const Settlement& settlement = *one.settlement;
    const bool has_id = settlement.link && settlement.link->moodle_id;
    return has_id || (settlement.state == Settlement::State::kDone && !one.changed);
  }));
  params.push_back(target_components(group));
  params.push_back(target_types(group));
  params.push_back(target_ids(group));
  return params;
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

std::set<std::int64_t> tokens_of(const Group& group) {
  std::set<std::int64_t> tokens;
  for (const Item& one : group) tokens.insert(one.settlement->token);
  return tokens;
}

/// Locks everything, marks what is still ours and what has changed.
Status lock(Transaction& transaction, const TableNames& names, Group& group) {
  auto rows = transaction.query(sql(names, kLock), lock_params(group));
  if (!rows) return std::move(rows).error();
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    const auto n = row.optional_integer(0);
    if (!n) continue;  // Locked for the sake of one of ours.
    Item& item = group[static_cast<std::size_t>(*n)];
    item.is_ours = row.flag(2);
    item.changed = row.flag(1);
  }
  return ok();
}

/// Drops from `group` what is no longer ours.
void keep_ours(Group& group, const std::set<std::int64_t>& settled_before, SettleReport& report) {
  for (const Item& one : group) {
    if (!one.is_ours) {
      ++(settled_before.contains(one.settlement->token) ? report.settled : report.lost);
    } else if (one.changed) {
      ++report.changed;
    }
  }
  std::erase_if(group, [](const Item& one) { return !one.is_ours; });
  report.settled += group.size();
}

Status queue_targets(Transaction& transaction, const TableNames& names, const Group& group) {
  Group waiters;
  std::ranges::copy_if(group, std::back_inserter(waiters),
                       [](const Item& one) { return one.target() != nullptr && !one.changed; });
  if (waiters.empty()) return ok();
  const Param bundles = column(
      waiters, [](const Item& one) { return base::clean_utf8(one.settlement->waits_on_bundle); });
  auto rows = transaction.query(names.expand(kQueueTargets),
                                {target_components(waiters), target_sources(waiters),
                                 target_types(waiters), target_ids(waiters), bundles});
  if (!rows) return std::move(rows).error();
  return ok();
}

/// Stores the group, all of it still ours, and returns our transaction's number.
Result<std::string> store(Transaction& transaction, const TableNames& names, const Group& group,
                          SettleReport& report) {
  auto stored = transaction.query(sql(names, kStore), store_params(group));
  if (!stored) return std::move(stored).error();
  report.noted = static_cast<std::size_t>((*stored)[0].integer(0));
  if (auto queued = queue_targets(transaction, names, group); !queued) {
    return std::move(queued).error();
  }
  auto woken = transaction.query(names.expand(kWake), wake_params(group));
  if (!woken) return std::move(woken).error();
  report.woken = static_cast<std::size_t>((*woken)[0].integer(0));
  return std::string((*woken)[0].text(1));
}

Result<SettleReport> settle_once(Connection& connection, const TableNames& names, Group group,
                                 std::optional<SettleDoubt>& doubt) {
  auto transaction = Transaction::begin(connection, kByKeys);
  if (!transaction) return std::move(transaction).error();
  if (auto locked = lock(*transaction, names, group); !locked) return std::move(locked).error();
  auto before = settled_before(*transaction, doubt);
  if (!before) return std::move(before).error();
  SettleReport report;
  keep_ours(group, *before, report);
  if (!group.empty()) {
    auto number = store(*transaction, names, group, report);
    if (!number) return std::move(number).error();
    if (auto committed = transaction->commit(); !committed) {
      if (committed.error().kind == ErrorKind::kInDoubt) {
        doubt = SettleDoubt{*std::move(number), tokens_of(group)};
      }
      return std::move(committed).error();
    }
  }
  doubt.reset();
  return report;
}

}  // namespace

Result<SettleReport> settle_group(Connection& connection, const TableNames& names,
                                  std::span<const Settlement> settlements,
                                  std::optional<SettleDoubt>& doubt) {
  if (settlements.empty()) return SettleReport{};
  Group group;
  group.reserve(settlements.size());
  for (const Settlement& settlement : settlements) group.push_back({&settlement});
  for (int attempt = 1;; ++attempt) {
    auto report = settle_once(connection, names, group, doubt);
    const bool again =
        !report && attempt < kAttempts &&
        (report.error().code.starts_with("40") || report.error().kind == ErrorKind::kInDoubt);
    if (!again) return report;
  }
}

}  // namespace moodlesync::postgres
