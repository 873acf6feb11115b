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
#include "drupal/postgres/settle_statements.h"

namespace moodlesync::postgres {

namespace {

/// A deadlock was broken, or a serialisation failed: nothing was done, and again may work at once.
/// Nor does it hurt after a COMMIT that was never answered: what it stored is not stored twice.
constexpr int kAttempts = 3;

std::string sql(const TableNames& names, std::string_view text) {
  return names.expand(
      filled(filled(std::string(text), "@matches@", kMatchesTask), "@key_order@", kKeyOrder));
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
  auto rows = transaction.query(sql(names, kQueueTargets),
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
