#include "drupal/postgres/entity_reader.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace moodlesync::postgres {

namespace {

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

/// load()'s work within its transaction.
class Loading {
 public:
  Loading(Transaction& transaction, const SiteSchema& schema,
          const std::map<std::string, TargetRead, std::less<>>& targets)
      : transaction_(transaction), schema_(schema), targets_(targets) {}

  Status read(const SourceRead& plan, std::vector<Entity>& entities) {
    Members members;
    for (Entity& entity : entities) members.try_emplace(entity.ref.id, Member{&entity, ""});
    if (auto done = read_own(plan, members); !done) return done;
    if (auto done = read_tables(plan.own, members); !done) return done;
    for (const PartRead& profile : plan.profiles) {
      if (auto done = read_profiles(profile, members); !done) return done;
    }
    for (const PartRead& owned : plan.owned) {
      if (auto done = read_owned(owned, members); !done) return done;
    }
    for (Entity& entity : entities) std::ranges::sort(entity.owned, {}, &Entity::ref);
    return resolve_references(entities);
  }

  Status read_own(const SourceRead& plan, Members& members) {
    const PartRead& part = plan.own;
    const auto rows = transaction_.query(part.sql, {ids_of(members)});
    if (!rows) return rows.error();
    Members found;
    for (int i = 0; i < rows->size(); ++i) {
      const Row row = (*rows)[i];
      if (!part.bundle.empty() && row.text(2) != part.bundle) continue;
      Entity& entity = *members.at(row.integer(0)).entity;
      take_base(row, part, entity);
      for (const PartRead& profile : plan.profiles) {
        for (const std::string& path : profile.paths) entity.fields.try_emplace(path);
      }
      found.emplace(row.integer(0), Member{&entity, std::string(row.text(3))});
    }
    members = std::move(found);
    return ok();
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
  Status read_owned(const PartRead& part, const Members& owners) {
    if (owners.empty()) return ok();
    const auto rows = transaction_.query(part.sql, {ids_of(owners)});
    if (!rows) return rows.error();
    std::vector<std::pair<Entity*, std::size_t>> places;  // By number: the lists still grow.
    for (int i = 0; i < rows->size(); ++i) {
      const Row row = (*rows)[i];
      Entity& owner = *owners.at(row.integer(5)).entity;
      Entity& entity = owner.owned.emplace_back();
      entity.ref = EntityRef{std::string(part.layout->type), row.integer(0)};
      take_base(row, part, entity);
      places.emplace_back(&owner, owner.owned.size() - 1);
    }
    Members members;
    for (std::size_t i = 0; i < places.size(); ++i) {
      Entity& entity = places[i].first->owned[places[i].second];
      const std::string_view langcode = (*rows)[static_cast<int>(i)].text(3);
      members.emplace(entity.ref.id, Member{&entity, std::string(langcode)});
    }
    return read_tables(part, members);
  }

  /// A user's default profile of the type, else the oldest active one.
  Status read_profiles(const PartRead& part, const Members& owners) {
    if (owners.empty()) return ok();
    const auto rows = transaction_.query(part.sql, {ids_of(owners)});
    if (!rows) return rows.error();
    Members profiles;
    std::int64_t last_owner = -1;
    for (int i = 0; i < rows->size(); ++i) {
      const Row row = (*rows)[i];
      const std::int64_t owner = row.integer(5);
      if (std::exchange(last_owner, owner) == owner) continue;
      Entity& entity = *owners.at(owner).entity;
      for (const ValueRead& value : part.values) take_value(row, value, entity);
      profiles.emplace(row.integer(0), Member{&entity, ""});
    }
    return read_tables(part, profiles);
  }

  Status read_tables(const PartRead& part, const Members& members) {
    if (members.empty()) return ok();
    const std::vector<std::int64_t> ids = ids_of(members);
    for (const TableRead& table : part.tables) {
      const auto rows = transaction_.query(table.sql, {ids});
      if (!rows) return rows.error();
      std::int64_t last = -1;
      int taken = 0;
      for (int i = 0; i < rows->size(); ++i) {
        const Row row = (*rows)[i];
        const std::int64_t id = row.integer(0);
        if (std::exchange(last, id) != id) taken = 0;
        const Member& member = members.at(id);
        if (!counts(row.text(1), *part.layout, member)) continue;
        if (table.cardinality > 0 && taken == table.cardinality) continue;
        ++taken;
        for (const ValueRead& value : table.values) take_value(row, value, *member.entity);
      }
    }
    return ok();
  }

  /// Whether Drupal would read a field row in this language as the entity's value.
  bool counts(std::string_view langcode, const EntityLayout& layout, const Member& member) const {
    if (!layout.langcode.empty() && langcode != member.langcode) return false;
    return std::ranges::binary_search(schema_.languages(), langcode);
  }

  Status resolve_references(std::vector<Entity>& entities) {
    std::map<std::string, std::set<std::int64_t>, std::less<>> wanted;
    for_each_reference(entities, [&](const FieldValue&, const Reference& reference) {
      wanted[reference.target.type].insert(reference.target.id);
    });
    for (const auto& [type, ids] : wanted) {
      const auto target = targets_.find(type);
      if (target == targets_.end()) continue;  // Of no kind that we know: its id is all we have.
      auto done = resolve(type, target->second, {ids.begin(), ids.end()}, entities);
      if (!done) return done;
    }
    return ok();
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

  Status resolve(const std::string& type, const TargetRead& target,
                 const std::vector<std::int64_t>& ids, std::vector<Entity>& entities) {
    const auto rows = transaction_.query(target.sql, {ids});
    if (!rows) return rows.error();
    std::unordered_map<std::int64_t, int> row_of;
    for (int i = 0; i < rows->size(); ++i) row_of.emplace((*rows)[i].integer(0), i);
    for_each_reference(entities, [&](FieldValue& value, Reference& reference) {
      if (reference.target.type != type) return;
      const auto found = row_of.find(reference.target.id);
      if (found == row_of.end()) {
        if (value.type == ValueType::kReference) value.text.clear();
        return;
      }
      const Row row = (*rows)[found->second];
      reference.exists = true;
      reference.bundle = row.text(1);
      if (value.type == ValueType::kReference) value.text = row.text(2);
      auto column = target.moodle_id_columns.find(row.text(1));
      if (column == target.moodle_id_columns.end()) column = target.moodle_id_columns.find("");
      if (column == target.moodle_id_columns.end()) return;
      reference.moodle_id_text = base::trim(row.text(column->second));
    });
    return ok();
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
  auto transaction = Transaction::begin(connection_, "ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (!transaction) return std::move(transaction).error();
  auto done = Loading(*transaction, schema_, targets_).read(plan->second, entities);
  if (done) done = transaction->commit();
  if (!done) return std::move(done).error().in("reading the entities of " + key_of(source));
  if (entities.size() == ids.size()) return entities;
  std::vector<Entity> repeated;
  repeated.reserve(ids.size());
  for (const EntityRef& ref : ids) repeated.push_back(entities[places.at(ref.id)]);
  return repeated;
}

}  // namespace moodlesync::postgres
