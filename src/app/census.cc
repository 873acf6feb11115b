#include "app/census.h"

#include "app/ask.h"

namespace moodlesync::app {

void Census::note(const engine::PlanItem& item) {
  std::optional<MoodleId> id = item.moodle_id;
  if (id && id->value <= 0) id.reset();  // It would be given.
  entities_.insert_or_assign({item.key.component, item.key.entity}, id);
}

Status Census::take(const Component& component, Gateway& gateway, DriftReport& report) {
  for (const SourceSpec& source : component.sources()) {
    auto found = ask(gateway, component.census(source, gateway));
    if (!found && found.error().kind == ErrorKind::kConfig) {
      gaps_.push_back(source.component + "/" + source.name + ": " + found.error().message);
      continue;
    }
    if (!found) return std::move(found).error().in("asking Moodle for all of " + source.component);
    for (const Stamped& one : *found) compare(source, one, report);
  }
  return ok();
}

void Census::compare(const SourceSpec& source, const Stamped& one, DriftReport& report) {
  // Sources of one component may give the same idnumbers.
  if (!seen_.emplace(source.component, one.id).second) return;
  const EntityRef entity{source.entity_type, one.entity};
  const auto known = entities_.find({source.component, entity});
  Drift drift;
  drift.key = {source.component, source.name, entity};
  drift.moodle_id = one.id;
  const bool is_there = known != entities_.end();
  const std::optional<MoodleId> in_use = is_there ? known->second : std::nullopt;
  if (!is_there) {
    drift.kind = Drift::Kind::kOrphaned;
    drift.reason =
        "its idnumber stands for an entity that is not there, or of no source: delete it in "
        "Moodle or empty its idnumber";
  } else if (in_use && *in_use != one.id) {
    drift.kind = Drift::Kind::kDuplicate;
    drift.reason =
        "it has the idnumber of an entity that is " + to_string(*in_use) +
        " in Moodle: move what is in it there, then delete it in Moodle or empty its idnumber";
  } else {
    return;
  }
  report.add(std::move(drift));
}

}  // namespace moodlesync::app
