#include "engine/intake.h"

#include <set>

namespace moodlesync::engine {

Directory::Directory(std::span<const std::unique_ptr<Component>> components) {
  for (const auto& component : components) {
    names_.emplace_back(component->name());
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

using Wanted = std::map<std::string,
                        std::set<EntityRef>>;  ///< Component → entities whose Moodle id is needed.

void collect_targets(std::span<const FieldWish> wishes, const Entity& entity, Wanted& wanted) {
  for (const FieldWish& wish : wishes) {
    if (wish.counterpart_of.empty()) continue;
    if (wish.path.field == "id") wanted[wish.counterpart_of].insert(entity.ref);
    for (const FieldValue& value : entity.values(to_string(wish.path))) {
      if (value.reference && value.reference->target.id > 0) {
        wanted[wish.counterpart_of].insert(value.reference->target);
      }
    }
  }
}

Error unknown_source(const Task& task) {
  return {ErrorKind::kRejected, "unknown_source",
          "the configuration has no source '" + task.key.source + "' under components." +
              task.key.component + " any more; put it back, or drop this task"};
}

}  // namespace

Intake::Load Intake::prepare(std::vector<Task> tasks) {
  Load load;
  std::map<std::pair<std::string, std::string>, std::vector<Task>> by_source;
  for (Task& task : tasks)
    by_source[{task.key.component, task.key.source}].push_back(std::move(task));
  for (auto& [key, group] : by_source) {
    const Directory::Entry entry = directory_.find(key.first, key.second);
    if (entry.source != nullptr) {
      prepare_source(entry, std::move(group), load);
      continue;
    }
    for (Task& task : group) {
      const Error error = unknown_source(task);
      load.failed.push_back(failed(std::move(task), error));
    }
  }
  return load;
}

void Intake::prepare_source(const Directory::Entry& entry, std::vector<Task> tasks, Load& load) {
  const auto give_up = [&](const Error& error) {
    for (Task& task : tasks) load.failed.push_back(failed(std::move(task), error));
  };
  std::vector<EntityRef> refs;
  refs.reserve(tasks.size());
  for (const Task& task : tasks) refs.push_back(task.key.entity);
  Result<std::vector<Entity>> entities = reader_.load(*entry.source, refs);
  if (!entities) return give_up(entities.error());
  const auto links = counterpart_links(*entry.source, *entities);
  if (!links) return give_up(links.error());

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
    conversation.moodle = &moodle_;
    conversation.counterpart = [this, links = *links](std::string_view component,
                                                      const Reference& to) {
      return counterpart(*links, component, to);
    };
    prepared.component = entry.component;
    prepared.task = std::move(task);
    load.ready.push_back(std::move(prepared));
  }
}

Result<std::shared_ptr<const Intake::Links>> Intake::counterpart_links(
    const SourceSpec& source, std::span<const Entity> entities) {
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
  auto links = std::make_shared<Links>();
  for (const auto& [component, targets] : wanted) {
    const std::vector<EntityRef> refs(targets.begin(), targets.end());
    Result<std::vector<std::pair<EntityRef, Link>>> found = queue_.links(component, refs);
    if (!found) return std::move(found).error();
    for (auto& [ref, link] : *found) links->insert_or_assign({component, ref}, std::move(link));
  }
  return std::shared_ptr<const Links>(std::move(links));
}

Counterpart Intake::counterpart(const Links& links, std::string_view component,
                                const Reference& to) const {
  using State = Counterpart::State;
  const ParsedMoodleId field = parse_moodle_id(to.moodle_id_text);
  if (field.kind == MoodleIdField::kOptedOut) return {State::kOptedOut, {}};
  const auto link = links.find({std::string(component), to.target});
  if (link != links.end() && link->second.moodle_id && link->second.skipped.empty()) {
    return {State::kKnown, *link->second.moodle_id};
  }
  if (field.kind == MoodleIdField::kNumber) return {State::kKnown, field.id};
  if (!to.exists) return {State::kNone, {}};
  if (link != links.end() && !link->second.skipped.empty()) return {State::kNone, {}};
  const bool ours = directory_.source_for(component, to.target.type, to.bundle) != nullptr;
  return {ours ? State::kPending : State::kNone, {}};
}

}  // namespace moodlesync::engine
