#include "app/explain.h"

#include <algorithm>
#include <utility>

#include "app/ask.h"
#include "app/guard_view.h"
#include "app/prognosis.h"
#include "app/status.h"

namespace moodlesync::app {

namespace {

/// What all parts share.
struct Surroundings {
  Dossier dossier;
  std::vector<Pause> pauses;
  bool guard_refuses = false;
  bool daemon_runs = false;
  bool moodle_away = false;
};

Result<Surroundings> look_around(const Settings& settings, DrupalDatabase& database,
                                 const EntityRef& entity) {
  Surroundings around;
  auto objections = guard_view(settings, database.site());
  if (!objections) return std::move(objections).error();
  around.guard_refuses = !objections->empty();
  auto dossier = database.dossiers().open(entity);
  if (!dossier) return std::move(dossier).error();
  around.dossier = *std::move(dossier);
  auto pauses = database.pauses().list();
  if (!pauses) return std::move(pauses).error();
  around.pauses = *std::move(pauses);
  auto daemons = database.presence().list();
  if (!daemons) return std::move(daemons).error();
  for (const Presence& daemon : *daemons) {
    if (daemon.ended || daemon.seen > kSilence) continue;
    around.daemon_runs = true;
    around.moodle_away = around.moodle_away || !daemon.moodle_reason.empty();
  }
  return around;
}

ExplainedPart& part_of(std::vector<ExplainedPart>& parts, const TaskKey& key) {
  const auto found = std::ranges::find(parts, key, &ExplainedPart::key);
  if (found != parts.end()) return *found;
  parts.push_back({.key = key, .is_configured = false});
  return parts.back();
}

void add_dossier(const Dossier& dossier, std::vector<ExplainedPart>& parts) {
  for (const Dossier::OwedTask& task : dossier.tasks) part_of(parts, task.key).task = task;
  for (const Dossier::KnownLink& link : dossier.links) part_of(parts, link.key).link = link;
  for (const Dossier::HeldBack& held : dossier.held) part_of(parts, held.key).held.push_back(held);
}

/// The parts whose sources the entity could belong to, with what Drupal says.
Status add_drupal(const std::vector<SourceSpec>& sources, DrupalReader& reader,
                  const EntityRef& entity, std::vector<ExplainedPart>& parts) {
  for (const SourceSpec& source : sources) {
    if (source.entity_type != entity.type) continue;
    auto loaded = reader.load(source, {&entity, 1});
    if (!loaded) return std::move(loaded).error().in("reading " + to_string(entity));
    ExplainedPart& part = part_of(parts, {source.component, source.name, entity});
    part.is_configured = true;
    if (!loaded->empty()) part.entity = std::move(loaded->front());
  }
  // Of another bundle and never synced: no business of that source.
  std::erase_if(parts, [](const ExplainedPart& part) {
    const bool is_there = part.entity && part.entity->exists;
    return !is_there && !part.task && !part.link && part.held.empty();
  });
  return ok();
}

/// The Moodle id by which to ask: ours, or the one that somebody typed; an enrolment goes by its
/// course's.
std::optional<MoodleId> id_to_ask(const ExplainedPart& part,
                                  const std::vector<ExplainedPart>& parts) {
  if (part.link && part.link->link.moodle_id) return part.link->link.moodle_id;
  if (part.entity) {
    const ParsedMoodleId field = parse_moodle_id(part.entity->moodle_id_text);
    if (field.kind == MoodleIdField::kNumber) return field.id;
  }
  for (const ExplainedPart& other : parts) {
    if (other.link && other.link->link.moodle_id) return other.link->link.moodle_id;
  }
  return std::nullopt;
}

void ask_moodle(const Settings& settings, Gateway& gateway, Explanation& explanation) {
  for (ExplainedPart& part : explanation.parts) {
    for (const auto& component : settings.components) {
      if (component->name() != part.key.component) continue;
      const auto source =
          std::ranges::find(component->sources(), part.key.source, &SourceSpec::name);
      if (source == component->sources().end()) continue;
      const auto id = id_to_ask(part, explanation.parts);
      for (MoodleView& view : component->views(*source, part.key.entity, id)) {
        auto answer = ask(gateway, put(gateway, std::move(view.call)));
        part.moodle.push_back(
            {std::move(view.what), {view.shows.begin(), view.shows.end()}, std::move(answer)});
      }
    }
  }
}

void look_at_moodle(const Settings& settings, const Rooms& rooms, Explanation& explanation) {
  if (explanation.parts.empty()) return;
  auto gateway = rooms.open_gateway(settings.moodle);
  if (!gateway) {
    explanation.moodle_problem = gateway.error().message;
    return;
  }
  const auto site = ask(**gateway, (*gateway)->preflight());
  if (!site) {
    explanation.moodle_problem = site.error().message;
    return;
  }
  ask_moodle(settings, **gateway, explanation);
}

void predict(const std::vector<SourceSpec>& sources, const Surroundings& around,
             ExplainedPart& part) {
  Situation situation;
  situation.key = part.key;
  for (const SourceSpec& source : sources) {
    if (source.component == part.key.component && source.name == part.key.source)
      situation.moodle_id_field = source.moodle_id_field;
  }
  situation.entity = part.entity ? &*part.entity : nullptr;
  situation.task = part.task ? &*part.task : nullptr;
  situation.link = part.link ? &*part.link : nullptr;
  situation.changes = around.dossier.changes;
  situation.paused = std::ranges::any_of(around.pauses, [&part](const Pause& pause) {
    return pause.component.empty() || pause.component == part.key.component;
  });
  situation.guard_refuses = around.guard_refuses;
  situation.daemon_runs = around.daemon_runs;
  situation.moodle_away = around.moodle_away;
  part.next = prognosis(situation);
}

std::string hint_for(const EntityRef& entity, const std::vector<SourceSpec>& sources) {
  const std::string name = to_string(entity);
  for (const SourceSpec& source : sources) {
    for (const OwnedSpec& owned : source.owned) {
      if (owned.entity_type != entity.type) continue;
      return name + " counts as a part of the " + source.entity_type +
             " that it belongs to: explain that one instead";
    }
  }
  const bool type_is_synced = std::ranges::any_of(
      sources, [&entity](const SourceSpec& source) { return source.entity_type == entity.type; });
  if (!type_is_synced) {
    return "no component of the configuration syncs entities of the type " + entity.type;
  }
  return name +
         " is not in Drupal, or is of a bundle that no source names, and Moodle was never "
         "told of it";
}

Result<Explanation> gather(const Settings& settings, const Rooms& rooms, DrupalDatabase& database,
                           const EntityRef& entity) {
  const std::vector<SourceSpec> sources = settings.sources();
  Explanation explanation;
  explanation.entity = entity;
  auto around = look_around(settings, database, entity);
  if (!around) return std::move(around).error();
  const auto faults = database.reader().prepare(sources);
  if (!faults) return faults.error();
  if (!faults->empty()) {
    return Error{ErrorKind::kConfig, "mapping",
                 "the mapping does not fit Drupal: " + to_string(faults->front().origin) + ": " +
                     faults->front().message};
  }
  add_dossier(around->dossier, explanation.parts);
  if (Status read = add_drupal(sources, database.reader(), entity, explanation.parts); !read) {
    return std::move(read).error();
  }
  look_at_moodle(settings, rooms, explanation);
  around->moodle_away = around->moodle_away || !explanation.moodle_problem.empty();
  for (ExplainedPart& part : explanation.parts) predict(sources, *around, part);
  explanation.waiting_for = around->dossier.waiting_for;
  if (explanation.parts.empty()) explanation.hint = hint_for(entity, sources);
  return explanation;
}

}  // namespace

ExitCode explain(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  const EntityRef entity = invocation.parked.entity.value_or(EntityRef{});
  const auto explanation = gather(*settings, rooms, **database, entity);
  if (!explanation) return complain(explanation.error(), console);
  if (invocation.json) {
    print_json(explanation_json(*explanation), console.out);
  } else {
    print_explanation(*explanation, console.out, console.look);
  }
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
