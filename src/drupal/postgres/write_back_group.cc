#include "drupal/postgres/write_back_group.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/part_builder.h"

namespace moodlesync::postgres {

namespace {

/// The keys as rows: $1 to $4.
constexpr std::string_view kKeys =
    "unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS "
    "k(entity_type, entity_id, component, source)";
constexpr std::string_view kMatchesLink =
    "l.entity_type = k.entity_type AND l.entity_id = k.entity_id AND l.component = k.component AND "
    "l.source = k.source";

/// For rows that stand as u(id, bundle, revision, langcode, value), $1 to $5.
constexpr std::string_view kWrites =
    "unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[]) AS "
    "u(id, bundle, revision, langcode, value)";

template <class Range, class Get>
auto column_of(const Range& range, const Get& get) {
  std::vector<std::decay_t<decltype(get(*range.begin()))>> column;
  column.reserve(range.size());
  for (const auto& element : range) column.push_back(get(element));
  return column;
}

}  // namespace

Status WriteBackGroup::ask(const std::string& sql, const Params& params) {
  const auto rows = transaction_.query(sql, params);
  return rows ? ok() : Status(rows.error());
}

std::vector<std::int64_t> WriteBackGroup::ids() const {
  auto all = column_of(owed_, [](const Owed& owed) { return owed.key.entity_id; });
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

/// Each link is looked up by its key, in the order of the keys. What is owed is asked of the locked
/// row, and OFFSET 0 keeps that from being asked before: PostgreSQL of a time when none owed
/// anything would go through all that do, for every key.
Status WriteBackGroup::lock_links(std::span<const LinkKey> keys) {
  const auto rows = transaction_.query(
      "SELECT l.entity_type, l.entity_id, l.component, l.source, l.moodle_id, l.uuid, l.write_back,"
      " CASE WHEN l.reasserted_on = current_date THEN l.reasserts ELSE 0 END FROM (SELECT * FROM " +
          std::string(kKeys) + " ORDER BY " + std::string(kKeyOrder) +
          ") AS k CROSS JOIN LATERAL (SELECT * FROM " +
          names_.expand("{moodle_sync.link} l WHERE ") + std::string(kMatchesLink) +
          " OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) AS l"
          " WHERE l.write_back <> 0 AND l.moodle_id IS NOT NULL",
      {column_of(keys, [](const LinkKey& key) { return key.entity_type; }),
       column_of(keys, [](const LinkKey& key) { return key.entity_id; }),
       column_of(keys, [](const LinkKey& key) { return key.component; }),
       column_of(keys, [](const LinkKey& key) { return key.source; })});
  if (!rows) return rows.error();
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    Owed& owed = owed_.emplace_back();
    owed.key = {std::string(row.text(0)), row.integer(1), std::string(row.text(2)),
                std::string(row.text(3))};
    owed.moodle_id = row.text(4);
    owed.uuid = row.text(5);
    owed.stage = static_cast<Owed::Stage>(row.integer(6));
    owed.reasserts = static_cast<int>(row.integer(7));
  }
  return ok();
}

Status WriteBackGroup::lock_entities() {
  const std::string id = base_column("b", layout_.id, "");
  const auto rows = transaction_.query(
      "SELECT " + id + ", " + base_column("b", layout_.uuid, "''") + ", " +
          base_column("b", layout_.bundle, quote_literal(layout_.only_bundle)) + ", " +
          base_column("b", layout_.langcode, "'und'") + ", " +
          base_column("b", layout_.revision, id) + " FROM " + names_.drupal(layout_.base) +
          " b WHERE " + id + " = ANY($1::bigint[]) ORDER BY " + id +
          " FOR NO KEY UPDATE SKIP LOCKED",
      {ids()});
  if (!rows) return rows.error();
  std::unordered_map<std::int64_t, int> row_of;
  for (int i = 0; i < rows->size(); ++i) row_of.emplace((*rows)[i].integer(0), i);
  for (Owed& owed : owed_) {
    const auto found = row_of.find(owed.key.entity_id);
    if (found == row_of.end()) continue;
    const Row row = (*rows)[found->second];
    owed.locked = true;
    owed.base_uuid = row.text(1);
    owed.bundle = row.text(2);
    owed.langcode = row.text(3);
    owed.revision = row.integer(4);
  }
  return ok();
}

/// Entities that are not locked are either held by somebody or deleted.
Status WriteBackGroup::find_missing() {
  const std::string id = base_column("b", layout_.id, "");
  const auto rows = transaction_.query("SELECT " + id + " FROM " + names_.drupal(layout_.base) +
                                           " b WHERE " + id + " = ANY($1::bigint[])",
                                       {ids()});
  if (!rows) return rows.error();
  std::set<std::int64_t> there;
  for (int i = 0; i < rows->size(); ++i) there.insert((*rows)[i].integer(0));
  for (Owed& owed : owed_) {
    // A new entity under an old id has another uuid.
    const bool other = owed.locked && !owed.uuid.empty() && owed.uuid != owed.base_uuid;
    if (other || (!owed.locked && !there.contains(owed.key.entity_id))) {
      owed.fate = Owed::Fate::kGone;
    }
  }
  return ok();
}

/// What Drupal would read as the field's value, by the same rules as EntityReader.
Status WriteBackGroup::read_values(const std::vector<std::string>& languages) {
  const auto rows = transaction_.query(
      "SELECT f.entity_id, f.langcode, f." + quote_identifier(field_.columns.at("value")) +
          "::text FROM " + names_.drupal(field_.table) +
          " f WHERE f.entity_id = ANY($1::bigint[]) AND f.deleted = 0 AND f.langcode = "
          "ANY($2::text[]) ORDER BY f.entity_id, f.delta DESC",
      {ids(), languages});
  if (!rows) return rows.error();
  std::unordered_map<std::int64_t, std::vector<int>> rows_of;
  for (int i = 0; i < rows->size(); ++i) rows_of[(*rows)[i].integer(0)].push_back(i);
  for (Owed& owed : owed_) {
    for (const int index : rows_of[owed.key.entity_id]) {
      const Row row = (*rows)[index];
      if (!layout_.langcode.empty() && row.text(1) != owed.langcode) continue;
      owed.value = base::trim(row.text(2));
      owed.langcode = row.text(1);
    }
  }
  return ok();
}

void WriteBackGroup::judge(const GroupSettings& settings) {
  for (Owed& owed : owed_) {
    if (!owed.locked || owed.fate == Owed::Fate::kGone) continue;
    // The right value, or one that somebody typed: both are left alone.
    owed.fate = Owed::Fate::kSettled;
    if (!owed.value.empty()) continue;
    if (owed.stage != Owed::Stage::kOwed) ++owed.reasserts;
    owed.fate = owed.reasserts > settings.max_reasserts ? Owed::Fate::kCapped : Owed::Fate::kWrite;
  }
}

/// What was written now, or not long ago.
bool WriteBackGroup::is_stale_in_caches(const Owed& owed) {
  return owed.fate == Owed::Fate::kWrite ||
         (owed.fate == Owed::Fate::kSettled && owed.stage != Owed::Stage::kOwed);
}

Params WriteBackGroup::write_params() const {
  std::vector<Owed> writes;
  for (const Owed& owed : owed_) {
    // Two links of one entity into one field: the first has it, the other will find it there.
    const bool repeated = !writes.empty() && writes.back().key.entity_id == owed.key.entity_id;
    if (owed.fate == Owed::Fate::kWrite && !repeated) writes.push_back(owed);
  }
  return {column_of(writes, [](const Owed& owed) { return owed.key.entity_id; }),
          column_of(writes, [](const Owed& owed) { return owed.bundle; }),
          column_of(writes, [](const Owed& owed) { return owed.revision; }),
          column_of(writes, [](const Owed& owed) { return owed.langcode; }),
          column_of(writes, [](const Owed& owed) { return owed.moodle_id; })};
}

Status WriteBackGroup::write_current() {
  const std::string column = quote_identifier(field_.columns.at("value"));
  const std::string type = quote_identifier(field_.sql_types.at("value"));
  return ask("INSERT INTO " + names_.drupal(field_.table) +
                 " (bundle, deleted, entity_id, revision_id, langcode, delta, " + column +
                 ") SELECT u.bundle, 0, u.id, u.revision, u.langcode, 0, u.value::" + type +
                 " FROM " + std::string(kWrites) +
                 " ORDER BY u.id ON CONFLICT (entity_id, deleted, delta, langcode) DO UPDATE SET " +
                 column + " = excluded." + column + ", revision_id = excluded.revision_id",
             write_params());
}

/// The current revision and the pending ones: a draft that was begun before would else take the id
/// away when it is published. What somebody typed into a draft stays.
Status WriteBackGroup::write_revisions() {
  if (field_.revisions.empty()) return ok();
  const std::string column = quote_identifier(field_.columns.at("value"));
  const std::string type = quote_identifier(field_.sql_types.at("value"));
  const std::string revision = base_column("r", layout_.revision, "");
  return ask("INSERT INTO " + names_.drupal(field_.revisions) +
                 " AS t (bundle, deleted, entity_id, revision_id, langcode, delta, " + column +
                 ") SELECT u.bundle, 0, u.id, " + revision + ", " +
                 base_column("r", layout_.langcode, "u.langcode") + ", 0, u.value::" + type +
                 " FROM " + std::string(kWrites) + " JOIN " + names_.drupal(layout_.revisions) +
                 " r ON " + base_column("r", layout_.id, "") + " = u.id AND " + revision +
                 " >= u.revision ORDER BY u.id, " + revision +
                 " ON CONFLICT (entity_id, revision_id, deleted, delta, langcode) DO UPDATE SET " +
                 column + " = excluded." + column + " WHERE t.revision_id = ANY($3::bigint[])",
             write_params());
}

/// The entity's persistent copy, with the one per revision that Drupal versions after 11.1 keep.
Status WriteBackGroup::forget_cached(const CacheTables& caches, const GroupSettings& settings) {
  if (!caches.entities) return ok();
  Status brief = ask("SELECT set_config('lock_timeout', $1, true)",
                     {std::to_string(settings.cache_patience.count()) + "ms"});
  if (!brief) return brief;
  std::vector<std::string> cids;
  for (const Owed& owed : owed_) {
    if (owed.fate != Owed::Fate::kWrite && owed.fate != Owed::Fate::kSettled) continue;
    cids.push_back("values:" + owed.key.entity_type + ":" + std::to_string(owed.key.entity_id));
    if (!layout_.is_revisionable()) continue;
    cids.push_back("values:" + owed.key.entity_type + ":revision:" + std::to_string(owed.revision));
  }
  return ask(names_.expand("DELETE FROM {cache_entity} WHERE cid = ANY($1::text[])"), {cids});
}

/// Rendered pages that show the entity. Counters only ever grow: a cached item is valid while their
/// sum is what it was when it was made. So the second look bumps them once more: a page that was
/// made in between from a stale copy of the entity bears the sum of after our first bump.
Status WriteBackGroup::bump_tags() {
  std::set<std::string> tags;
  for (const Owed& owed : owed_) {
    if (!is_stale_in_caches(owed)) continue;
    const std::string tag = owed.key.entity_type + ":" + std::to_string(owed.key.entity_id);
    tags.insert(tag);
    if (layout_.is_revisionable()) tags.insert(tag + ":revisions");
  }
  return ask(names_.expand("INSERT INTO {cachetags} AS c (tag, invalidations) SELECT tag, 1 FROM "
                           "unnest($1::text[]) AS t(tag) ORDER BY tag ON CONFLICT (tag) DO UPDATE "
                           "SET invalidations = c.invalidations + 1"),
             {std::vector<std::string>(tags.begin(), tags.end())});
}

/// Busy ones come back after a delay that grows with the time that they have been owed, and so do
/// those that somebody outside is still to be told of; capped ones tomorrow.
Status WriteBackGroup::settle_links(const GroupSettings& settings) {
  const auto fate = [&](const Owed& owed) -> std::string_view {
    switch (owed.fate) {
      case Owed::Fate::kBusy:
        return "busy";
      case Owed::Fate::kWrite:
        return "written";
      case Owed::Fate::kCapped:
        return "capped";
      case Owed::Fate::kSettled:
        return settings.outside_caches && owed.stage != Owed::Stage::kOwed ? "untold" : "done";
      case Owed::Fate::kGone:
        break;
    }
    return "done";
  };
  return ask(
      names_.expand(
          "UPDATE {moodle_sync.link} l SET write_back = CASE k.fate WHEN 'done' THEN 0 WHEN "
          "'written' THEN 2 WHEN 'untold' THEN 3 WHEN 'capped' THEN 1 ELSE l.write_back END, "
          "write_back_due = CASE k.fate WHEN 'written' THEN now() + $7::bigint * interval "
          "'1 millisecond' WHEN 'untold' THEN now() + least(greatest((now() - l.updated_at) / 2, "
          "interval '30 seconds'), interval '10 minutes') WHEN 'capped' THEN current_date + "
          "interval '1 day' WHEN 'busy' THEN now() + least(greatest((now() - l.updated_at) / 2, "
          "interval '500 milliseconds'), interval '1 minute') END, reasserts = "
          "k.reasserts, reasserted_on = CASE WHEN k.reasserts > 0 THEN current_date END FROM ") +
          "unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[]) AS "
          "k(entity_type, entity_id, component, source, fate, reasserts) WHERE " +
          std::string(kMatchesLink),
      {column_of(owed_, [](const Owed& owed) { return owed.key.entity_type; }),
       column_of(owed_, [](const Owed& owed) { return owed.key.entity_id; }),
       column_of(owed_, [](const Owed& owed) { return owed.key.component; }),
       column_of(owed_, [](const Owed& owed) { return owed.key.source; }), column_of(owed_, fate),
       column_of(owed_, [](const Owed& owed) { return owed.reasserts; }),
       settings.second_look.count()});
}

void WriteBackGroup::count(WriteBackReport& report) const {
  for (const Owed& owed : owed_) {
    switch (owed.fate) {
      case Owed::Fate::kBusy:
        ++report.busy;
        break;
      case Owed::Fate::kGone:
        ++report.gone;
        break;
      case Owed::Fate::kWrite:
        ++report.written;
        break;
      case Owed::Fate::kSettled:
        ++report.verified;
        break;
      case Owed::Fate::kCapped:
        report.capped.push_back(to_string(EntityRef{owed.key.entity_type, owed.key.entity_id}));
        break;
    }
    if (is_stale_in_caches(owed)) {
      report.touched.push_back({owed.key.entity_type, owed.key.entity_id});
    }
  }
}

Status WriteBackGroup::pay(std::span<const LinkKey> keys, const std::vector<std::string>& languages,
                           const CacheTables& caches, const GroupSettings& settings) {
  Status done = lock_links(keys);
  if (done && owed_.empty()) return ok();
  if (done) done = lock_entities();
  if (done) done = find_missing();
  if (done) done = read_values(languages);
  if (!done) return done;
  judge(settings);
  const bool writes =
      std::ranges::any_of(owed_, [](const Owed& owed) { return owed.fate == Owed::Fate::kWrite; });
  if (writes) done = write_current();
  if (done && writes) done = write_revisions();
  if (done) done = forget_cached(caches, settings);
  if (done) done = settle_links(settings);
  if (done && caches.tags && std::ranges::any_of(owed_, is_stale_in_caches)) done = bump_tags();
  return done;
}

}  // namespace moodlesync::postgres
