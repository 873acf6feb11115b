#include "engine/intake.h"

#include <algorithm>
#include <set>

#include "engine/admission.h"
#include "moodlesync/skip_reasons.h"

namespace moodlesync::engine {

namespace {

/// The components whose Moodle ids `component` needs.
std::set<std::string> givers_of(const Component& component) {
  std::set<std::string> givers;
  const auto note = [&](std::span<const FieldWish> wishes) {
    for (const FieldWish& wish : wishes) givers.insert(wish.counterpart_of);
  };
  for (const SourceSpec& source : component.sources()) {
    note(source.fields);
    for (const OwnedSpec& owned : source.owned) note(owned.fields);
  }
  givers.erase(std::string(component.name()));  // A parent of its own kind.
  return givers;
}

std::vector<std::string> givers_first(std::span<const std::unique_ptr<Component>> components) {
  std::vector<const Component*> left;
  for (const auto& component : components) left.push_back(component.get());
  std::vector<std::string> names;
  while (!left.empty()) {
    const auto is_given_all = [&](const Component* one) {
      const std::set<std::string> givers = givers_of(*one);
      return std::ranges::none_of(left, [&](const Component* other) {
        return givers.contains(std::string(other->name()));
      });
    };
    auto next = std::ranges::find_if(left, is_given_all);
    if (next == left.end()) next = left.begin();  // A circle: somebody has to be the first.
    names.emplace_back((*next)->name());
    left.erase(next);
  }
  return names;
}

}  // namespace

Directory::Directory(std::span<const std::unique_ptr<Component>> components)
    : names_(givers_first(components)) {
  for (const auto& component : components) {
    for (const SourceSpec& source : component->sources()) {
      entries_[{source.component, source.name}] = {component.get(), &source};
    }
  }
}

Directory::Entry Directory::find(std::string_view component, std::string_view source) const {
  const auto found = entries_.find(std::pair{std::string(component), std::string(source)});
  return found == entries_.end() ? Entry{} : found->second;
}

const SourceSpec* Directory::source_for(std::string_view component, std::string_view entity_type,
                                        std::string_view bundle) const {
  for (const auto& [key, entry] : entries_) {
    const SourceSpec& source = *entry.source;
    // A type without bundles, such as user, is all of one bundle.
    const bool fits = source.bundle.empty() || source.bundle == bundle;
    if (key.first == component && source.entity_type == entity_type && fits) return &source;
  }
  return nullptr;
}

std::vector<SourceSpec> Directory::sources() const {
  std::vector<SourceSpec> all;
  all.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) all.push_back(*entry.source);
  return all;
}

namespace {

Conclusion failed(Task task, const Error& error) {
  Conclusion conclusion;
  if (task.link) conclusion.link = *task.link;
  conclusion.task = std::move(task);
  conclusion.outcome = error;
  return conclusion;
}

/// Component → entities whose Moodle id is needed → what stands in their field_moodle_id.
using Wanted = std::map<std::string, std::map<EntityRef, ParsedMoodleId>>;

void collect_targets(std::span<const FieldWish> wishes, const Entity& entity, Wanted& wanted) {
  for (const FieldWish& wish : wishes) {
    if (wish.counterpart_of.empty()) continue;
    auto& targets = wanted[wish.counterpart_of];
    if (wish.path.field == "id") {
      targets.emplace(entity.ref, parse_moodle_id(entity.moodle_id_text));
    }
    for (const FieldValue& value : entity.values(to_string(wish.path))) {
      if (value.reference && value.reference->target.id > 0) {
        targets.emplace(value.reference->target, parse_moodle_id(value.reference->moodle_id_text));
      }
    }
  }
}

Wanted wanted_ids(const SourceSpec& source, std::span<const Entity> entities) {
  Wanted wanted;
  for (const Entity& entity : entities) {
    collect_targets(source.fields, entity, wanted);
    for (const Entity& owned : entity.owned) {
      for (const OwnedSpec& spec : source.owned) {
        if (spec.entity_type == owned.ref.type && spec.bundle == owned.bundle) {
          collect_targets(spec.fields, owned, wanted);
        }
      }
    }
  }
  return wanted;
}

/// Component → ids that stand in a field_moodle_id and did not come from us.
using TypedIds = std::map<std::string, std::set<MoodleId>>;

/// Ids that were typed into the fields of a claim's own entities → by whom; of several the first
/// entity.
using Claimants = std::map<MoodleId, EntityRef>;

Claimants claimants_of(const SourceSpec& source, std::span<const Task> tasks,
                       std::span<const Entity> entities) {
  Claimants claimants;
  if (!source.gives_moodle_id) return claimants;
  std::map<EntityRef, std::optional<MoodleId>> given;
  for (const Task& task : tasks) {
    given[task.key.entity] = task.link ? task.link->moodle_id : std::nullopt;
  }
  for (const Entity& entity : entities) {
    const ParsedMoodleId field = parse_moodle_id(entity.moodle_id_text);
    const bool is_typed = field.kind == MoodleIdField::kNumber && given[entity.ref] != field.id;
    if (!is_typed) continue;
    EntityRef& first = claimants.try_emplace(field.id, entity.ref).first->second;
    first = std::min(first, entity.ref);
  }
  return claimants;
}

bool is_known(const LinkedId& link) { return link.moodle_id && link.skipped.empty(); }

Error unknown_source(const Task& task) {
  return {ErrorKind::kRejected, "unknown_source",
          "the configuration has no source '" + task.key.source + "' under components." +
              task.key.component + " any more; put it back, or drop this task"};
}

}  // namespace

Intake::Load Intake::prepare(std::vector<Task> tasks, const IdHolders& crew) {
  Load load;
  std::map<std::pair<std::string, std::string>, std::vector<Task>> by_source;
  for (Task& task : tasks)
    by_source[{task.key.component, task.key.source}].push_back(std::move(task));
  for (auto& [key, group] : by_source) {
    const Directory::Entry entry = directory_.find(key.first, key.second);
    if (entry.source != nullptr) {
      prepare_source(entry, std::move(group), crew, load);
      continue;
    }
    for (Task& task : group) {
      const Error error = unknown_source(task);
      load.failed.push_back(failed(std::move(task), error));
    }
  }
  return load;
}

void Intake::prepare_source(const Directory::Entry& entry, std::vector<Task> tasks,
                            const IdHolders& crew, Load& load) {
  const auto give_up = [&](const Error& error) {
    for (Task& task : tasks) load.failed.push_back(failed(std::move(task), error));
  };
  std::vector<EntityRef> refs;
  refs.reserve(tasks.size());
  for (const Task& task : tasks) refs.push_back(task.key.entity);
  Result<std::vector<Entity>> entities = ports_.reader.load(*entry.source, refs);
  if (!entities) return give_up(entities.error());
  const auto known = look_up(*entry.source, tasks, *entities, crew);
  if (!known) return give_up(known.error());

  std::map<EntityRef, Entity*> by_ref;
  for (Entity& entity : *entities) by_ref[entity.ref] = &entity;
  for (Task& task : tasks) {
    Prepared prepared;
    Conversation& conversation = prepared.conversation;
    conversation.key = task.key;
    conversation.source = entry.source;
    conversation.entity.ref = task.key.entity;
    if (const auto found = by_ref.find(task.key.entity); found != by_ref.end()) {
      conversation.entity = std::move(*found->second);
    }
    if (task.link) conversation.link = *task.link;
    conversation.in_doubt = task.in_doubt;
    conversation.moodle = &ports_.moodle;
    conversation.counterpart = [this, known = *known](std::string_view component,
                                                      const Reference& to) {
      return counterpart(*known, component, to);
    };
    const ParsedMoodleId field = parse_moodle_id(conversation.entity.moodle_id_text);
    prepared.id_holder = (*known)->holder(entry.source->component, field.id, task.key.entity);
    prepared.component = entry.component;
    prepared.task = std::move(task);
    load.ready.push_back(std::move(prepared));
  }
}

std::optional<EntityRef> Intake::Known::holder(std::string_view component, MoodleId id,
                                               const EntityRef& self) const {
  const auto [first, last] = holders.equal_range({std::string(component), id});
  const auto other = std::find_if(first, last, [&](const auto& one) { return one.second != self; });
  if (other == last) return std::nullopt;
  return other->second;
}

Result<std::shared_ptr<const Intake::Known>> Intake::look_up(const SourceSpec& source,
                                                             std::span<const Task> tasks,
                                                             std::span<const Entity> entities,
                                                             const IdHolders& crew) {
  const Wanted wanted = wanted_ids(source, entities);
  auto known = std::make_shared<Known>();
  const Claimants claimants = claimants_of(source, tasks, entities);
  TypedIds typed;
  for (const auto& [id, ref] : claimants) typed[source.component].insert(id);
  for (const auto& [component, targets] : wanted) {
    std::vector<EntityRef> refs;
    refs.reserve(targets.size());
    for (const auto& [ref, field] : targets) refs.push_back(ref);
    Result<std::vector<std::pair<EntityRef, LinkedId>>> found =
        ports_.queue.linked_ids(component, refs);
    if (!found) return std::move(found).error();
    for (auto& [ref, link] : *found) {
      known->links.insert_or_assign({component, ref}, std::move(link));
    }
    for (const auto& [ref, field] : targets) {
      const auto link = known->links.find({component, ref});
      const bool has_id = link != known->links.end() && is_known(link->second);
      if (field.kind == MoodleIdField::kNumber && !has_id) typed[component].insert(field.id);
    }
  }
  for (const auto& [component, ids] : typed) {
    const std::vector<MoodleId> list(ids.begin(), ids.end());
    Result<std::vector<std::pair<MoodleId, EntityRef>>> found =
        ports_.queue.holders(component, list);
    if (!found) return std::move(found).error();
    for (const auto& [id, ref] : *found) known->holders.emplace(std::pair{component, id}, ref);
  }
  // Nor may another one have it whose link is not stored yet.
  for (const auto& [id, ref] : crew.holders(source.component)) {
    if (claimants.contains(id)) known->holders.emplace(std::pair{source.component, id}, ref);
  }
  for (const auto& [id, ref] : claimants) {
    known->holders.emplace(std::pair{source.component, id}, ref);
  }
  return std::shared_ptr<const Known>(std::move(known));
}

Counterpart Intake::known_counterpart(std::string_view component, MoodleId id) const {
  const bool is_new = ports_.newcomers != nullptr && ports_.newcomers->contains(component, id);
  return {Counterpart::State::kKnown, id, is_new};
}

Counterpart Intake::counterpart(const Known& known, std::string_view component,
                                const Reference& to) const {
  using State = Counterpart::State;
  const ParsedMoodleId field = parse_moodle_id(to.moodle_id_text);
  if (field.kind == MoodleIdField::kOptedOut) return {.state = State::kOptedOut};
  const auto link = known.links.find({std::string(component), to.target});
  const LinkedId* const known_link = link == known.links.end() ? nullptr : &link->second;
  if (known_link != nullptr && known_link->moodle_id && known_link->skipped.empty()) {
    return known_counterpart(component, *known_link->moodle_id);
  }
  // A copy that carries its original's id has none of its own yet.
  const bool is_typed = field.kind == MoodleIdField::kNumber;
  if (is_typed && !known.holder(component, field.id, to.target))
    return {.state = State::kKnown, .id = field.id};
  if (!to.exists) return {};
  // Who is opted out no longer is about to be synced.
  const bool is_left_out =
      known_link != nullptr && !known_link->skipped.empty() && known_link->skipped != kOptedOut;
  if (is_left_out) return {};
  const bool is_synced = directory_.source_for(component, to.target.type, to.bundle) != nullptr;
  return {.state = is_synced ? State::kPending : State::kNone};
}

}  // namespace moodlesync::engine
