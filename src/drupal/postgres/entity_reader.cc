#include "drupal/postgres/entity_reader.h"

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace moodlesync::postgres {

namespace {

/// One view of all tables. Some hundred entities are looked up by their keys; where there are some
/// ten thousand PostgreSQL rather reads the tables whole, which takes twice as long.
constexpr std::string_view kReading =
    "ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_hashjoin = off;"
    " SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;"
    " SET LOCAL plan_cache_mode = force_generic_plan";

/// SQLSTATE feature_not_supported: "cached plan must not change result type".
constexpr std::string_view kPlanIsOutdated = "0A000";

std::string key_of(const SourceSpec& source) { return source.component + "/" + source.name; }

/// One entity (or profile) of the part that is being read.
struct Member {
  Entity* entity = nullptr;
  std::string langcode;
};
using Members = std::unordered_map<std::int64_t, Member>;

std::vector<std::int64_t> ids_of(const Members& members) {
  std::vector<std::int64_t> ids;
  ids.reserve(members.size());
  for (const auto& [id, member] : members) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

/// Adds what stands in `row` to the entity.
void take_value(const Row& row, const ValueRead& read, Entity& entity) {
  if (row.is_null(read.column)) return;
  const std::string_view text = row.text(read.column);
  if (read.path == kMoodleIdPath) {
    if (entity.moodle_id_text.empty()) entity.moodle_id_text = base::trim(text);
    return;
  }
  if (text.empty() || (read.skip_zero && text == "0")) return;
  FieldValue value = decode(read.encoding, text);
  if (const auto label = read.labels.find(text); label != read.labels.end()) {
    value.text = label->second;
  }
  if (read.format_column >= 0) value.format = row.text(read.format_column);
  const std::string_view target = read.target_type_column >= 0 ? row.text(read.target_type_column)
                                                               : std::string_view(read.target_type);
  if (!target.empty()) {
    value.reference =
        Reference{EntityRef{std::string(target), base::parse_int(text).value_or(0)}, false, {}, {}};
  }
  entity.fields.find(read.path)->second.push_back(std::move(value));
}

using Questions = std::vector<Question>;

/// load()'s work within its transaction. Three rounds of questions: for the entities and all that
/// is found by their ids, for the fields of what belongs to them, for what all of it refers to.
class Loading {
 public:
  Loading(Transaction& transaction, const SiteSchema& schema,
          const std::map<std::string, TargetRead, std::less<>>& targets)
      : transaction_(transaction), schema_(schema), targets_(targets) {}

  Status read(const SourceRead& plan, std::vector<Entity>& entities) {
    Members members;
    for (Entity& entity : entities) members.try_emplace(entity.ref.id, Member{&entity, ""});
    std::deque<Belongings> belongings;
    if (auto done = ask_by_ids(plan, members, belongings); !done) return done;
    if (auto done = ask_for_fields(belongings); !done) return done;
    for (Entity& entity : entities) std::ranges::sort(entity.owned, {}, &Entity::ref);
    return resolve_references(entities);
  }

 private:
  /// What belongs to the entities in one table: profiles, registrations.
  struct Belongings {
    const PartRead& part;
    Members members = {};
    Params ids = {};
  };

  /// Whoever turns out not to be there, or of another bundle, is no member when the other answers
  /// come.
  Status ask_by_ids(const SourceRead& plan, Members& members, std::deque<Belongings>& belongings) {
    const Params ids{ids_of(members)};
    Questions questions;
    questions.push_back(
        {&plan.own.sql, &ids, [&](const Rows& rows) { take_own(rows, plan, members); }});
    add_tables(questions, plan.own, ids, members);
    for (const PartRead& part : plan.profiles) {
      Members& profiles = belongings.emplace_back(part).members;
      questions.push_back({&part.sql, &ids, [&](const Rows& rows) {
                             take_profiles(rows, part, members, profiles);
                           }});
    }
    for (const PartRead& part : plan.owned) {
      Members& owned = belongings.emplace_back(part).members;
      questions.push_back(
          {&part.sql, &ids, [&](const Rows& rows) { take_owned(rows, part, members, owned); }});
    }
    return transaction_.query_all(questions);
  }

  Status ask_for_fields(std::deque<Belongings>& belongings) {
    Questions questions;
    for (Belongings& belonging : belongings) {
      if (belonging.members.empty()) continue;
      belonging.ids = {ids_of(belonging.members)};
      add_tables(questions, belonging.part, belonging.ids, belonging.members);
    }
    return transaction_.query_all(questions);
  }

  void add_tables(Questions& questions, const PartRead& part, const Params& ids,
                  const Members& members) const {
    for (const TableRead& table : part.tables) {
      questions.push_back({&table.sql, &ids, [&](const Rows& rows) {
                             take_table(rows, table, *part.layout, members);
                           }});
    }
  }

  static void take_own(const Rows& rows, const SourceRead& plan, Members& members) {
    const PartRead& part = plan.own;
    Members found;
    for (int i = 0; i < rows.size(); ++i) {
      const Row row = rows[i];
      if (!part.bundle.empty() && row.text(2) != part.bundle) continue;
      Entity& entity = *members.at(row.integer(0)).entity;
      take_base(row, part, entity);
      for (const PartRead& profile : plan.profiles) {
        for (const std::string& path : profile.paths) entity.fields.try_emplace(path);
      }
      found.emplace(row.integer(0), Member{&entity, std::string(row.text(3))});
    }
    members = std::move(found);
  }

  static void take_base(const Row& row, const PartRead& part, Entity& entity) {
    entity.exists = true;
    entity.uuid = row.text(1);
    entity.bundle = row.text(2);
    entity.published = row.text(4) == "1";
    for (const std::string& path : part.paths) entity.fields.try_emplace(path);
    for (const ValueRead& value : part.values) take_value(row, value, entity);
  }

  /// What belongs to the entities, as entities of their own.
  static void take_owned(const Rows& rows, const PartRead& part, const Members& owners,
                         Members& members) {
    struct Place {
      Entity* owner;
      std::size_t number;  ///< The lists still grow.
      int row;
    };
    std::vector<Place> places;
    for (int i = 0; i < rows.size(); ++i) {
      const Row row = rows[i];
      const auto owner = owners.find(row.integer(5));
      if (owner == owners.end()) continue;
      std::vector<Entity>& owned = owner->second.entity->owned;
      Entity& entity = owned.emplace_back();
      entity.ref = EntityRef{std::string(part.layout->type), row.integer(0)};
      take_base(row, part, entity);
      places.push_back({owner->second.entity, owned.size() - 1, i});
    }
    for (const Place& place : places) {
      Entity& entity = place.owner->owned[place.number];
      members.emplace(entity.ref.id, Member{&entity, std::string(rows[place.row].text(3))});
    }
  }

  /// A user's default profile of the type, else the oldest active one.
  static void take_profiles(const Rows& rows, const PartRead& part, const Members& owners,
                            Members& profiles) {
    std::int64_t last_owner = -1;
    for (int i = 0; i < rows.size(); ++i) {
      const Row row = rows[i];
      const std::int64_t id = row.integer(5);
      const auto owner = owners.find(id);
      if (std::exchange(last_owner, id) == id || owner == owners.end()) continue;
      Entity& entity = *owner->second.entity;
      for (const ValueRead& value : part.values) take_value(row, value, entity);
      profiles.emplace(row.integer(0), Member{&entity, ""});
    }
  }

  void take_table(const Rows& rows, const TableRead& table, const EntityLayout& layout,
                  const Members& members) const {
    std::int64_t last = -1;
    int taken = 0;
    for (int i = 0; i < rows.size(); ++i) {
      const Row row = rows[i];
      const std::int64_t id = row.integer(0);
      if (std::exchange(last, id) != id) taken = 0;
      const auto member = members.find(id);
      if (member == members.end() || !counts(row.text(1), layout, member->second)) continue;
      if (table.cardinality > 0 && taken == table.cardinality) continue;
      ++taken;
      for (const ValueRead& value : table.values) take_value(row, value, *member->second.entity);
    }
  }

  /// Whether Drupal would read a field row in this language as the entity's value.
  bool counts(std::string_view langcode, const EntityLayout& layout, const Member& member) const {
    if (!layout.langcode.empty() && langcode != member.langcode) return false;
    return std::ranges::binary_search(schema_.languages(), langcode);
  }

  Status resolve_references(std::vector<Entity>& entities) const {
    std::map<std::string, std::set<std::int64_t>, std::less<>> wanted;
    for_each_reference(entities, [&](const FieldValue&, const Reference& reference) {
      wanted[reference.target.type].insert(reference.target.id);
    });
    std::deque<Params> ids_of_types;
    Questions questions;
    for (const auto& [type, ids] : wanted) {
      const auto target = targets_.find(type);
      if (target == targets_.end()) continue;  // Of no kind that we know: its id is all we have.
      const Params& params =
          ids_of_types.emplace_back(Params{std::vector<std::int64_t>(ids.begin(), ids.end())});
      questions.push_back({&target->second.sql, &params, [&, target](const Rows& rows) {
                             resolve(target->first, target->second, rows, entities);
                           }});
    }
    return transaction_.query_all(questions);
  }

  template <class Use>
  static void for_each_reference(std::vector<Entity>& entities, const Use& use) {
    for (Entity& entity : entities) {
      for (auto& [path, values] : entity.fields) {
        for (FieldValue& value : values) {
          if (value.reference) use(value, *value.reference);
        }
      }
      for_each_reference(entity.owned, use);
    }
  }

  static void resolve(const std::string& type, const TargetRead& target, const Rows& rows,
                      std::vector<Entity>& entities) {
    std::unordered_map<std::int64_t, int> row_of;
    for (int i = 0; i < rows.size(); ++i) row_of.emplace(rows[i].integer(0), i);
    for_each_reference(entities, [&](FieldValue& value, Reference& reference) {
      if (reference.target.type != type) return;
      const auto found = row_of.find(reference.target.id);
      if (found == row_of.end()) {
        if (value.type == ValueType::kReference) value.text.clear();
        return;
      }
      const Row row = rows[found->second];
      reference.exists = true;
      reference.bundle = row.text(1);
      if (value.type == ValueType::kReference) value.text = row.text(2);
      auto column = target.moodle_id_columns.find(row.text(1));
      if (column == target.moodle_id_columns.end()) column = target.moodle_id_columns.find("");
      if (column == target.moodle_id_columns.end()) return;
      reference.moodle_id_text = base::trim(row.text(column->second));
    });
  }

  Transaction& transaction_;
  const SiteSchema& schema_;
  const std::map<std::string, TargetRead, std::less<>>& targets_;
};

}  // namespace

Result<std::vector<SettingsFault>> EntityReader::prepare(std::span<const SourceSpec> sources) {
  if (auto done = schema_.refresh(connection_); !done) return std::move(done).error();
  ReadPlanner planner(schema_, names_, sources);
  std::map<std::string, SourceRead, std::less<>> plans;
  for (const SourceSpec& source : sources) {
    const std::size_t faults = planner.faults().size();
    SourceRead plan = planner.plan(source);
    if (planner.faults().size() == faults) plans.insert_or_assign(key_of(source), std::move(plan));
  }
  plans_ = std::move(plans);
  targets_.clear();
  for (const EntityLayout& layout : entity_layouts()) {
    if (!schema_.has_table(layout.base)) continue;
    targets_.emplace(layout.type, planner.target(layout));
  }
  return std::move(planner.faults());
}

/// In a transaction of its own.
Status EntityReader::read(const SourceRead& plan, std::vector<Entity>& entities) {
  auto transaction = Transaction::begin(connection_, kReading);
  if (!transaction) return std::move(transaction).error();
  auto done = Loading(*transaction, schema_, targets_).read(plan, entities);
  return done ? transaction->commit() : done;
}

Result<std::vector<Entity>> EntityReader::load(const SourceSpec& source,
                                               std::span<const EntityRef> ids) {
  const auto plan = plans_.find(key_of(source));
  if (plan == plans_.end()) {
    return Error{ErrorKind::kBug, "not_prepared",
                 "source " + key_of(source) + " was not prepared for reading"};
  }
  // Each id once, so that one asked for twice is read once.
  std::unordered_map<std::int64_t, std::size_t> places;
  std::vector<Entity> entities;
  for (const EntityRef& ref : ids) {
    if (places.try_emplace(ref.id, entities.size()).second) entities.emplace_back().ref = ref;
  }
  Status done = read(plan->second, entities);
  if (!done && done.error().code == kPlanIsOutdated) {
    for (Entity& entity : entities) {
      Entity blank;
      blank.ref = std::move(entity.ref);
      entity = std::move(blank);
    }
    done = read(plan->second, entities);
  }
  if (!done) return std::move(done).error().in("reading the entities of " + key_of(source));
  if (entities.size() == ids.size()) return entities;
  std::vector<Entity> repeated;
  repeated.reserve(ids.size());
  for (const EntityRef& ref : ids) repeated.push_back(entities[places.at(ref.id)]);
  return repeated;
}

}  // namespace moodlesync::postgres
