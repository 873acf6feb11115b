#include "components/cohorts/cohorts.h"

#include <algorithm>

#include "base/source_settings.h"
#include "components/cohorts/cohort_finder.h"
#include "components/cohorts/cohort_script.h"
#include "components/cohorts/functions.h"
#include "components/cohorts/member_script.h"

namespace moodlesync::cohorts {

Cohorts::Cohorts(CohortsSettings settings) : settings_(std::move(settings)) {
  for (const CohortSource& source : settings_.cohorts) specs_.push_back(source.spec);
  for (const MemberSource& source : settings_.members) specs_.push_back(source.spec);
}

std::vector<std::string_view> Cohorts::functions() const {
  std::vector<std::string_view> names;
  bool deletes = false;
  for (const CohortSource& source : settings_.cohorts) deletes = deletes || source.deletes;
  if (!settings_.cohorts.empty()) {
    names.insert(names.end(), {kCreateCohorts.name, kUpdateCohorts.name});
  }
  if (deletes) names.push_back(kDeleteCohorts.name);
  if (!settings_.members.empty()) {
    names.insert(names.end(), {kAddMembers.name, kDeleteMembers.name});
  }
  return names;
}

std::vector<std::string_view> Cohorts::optional_functions() const {
  // core_cohort_get_cohorts does as well, but reads every cohort of the site each time.
  return {kSearchCohorts.name};
}

std::vector<std::string_view> Cohorts::capabilities() const {
  return {"moodle/cohort:manage", "moodle/cohort:view"};
}

std::vector<RightProbe> Cohorts::right_probes() const {
  return {{"moodle/cohort:view", search_call("moodle-syncd"), [](const Result<Json>& answer) {
             return !answer && answer.error().code == "nopermissions";
           }}};
}

std::vector<MoodleView> Cohorts::views(const SourceSpec& source, const EntityRef& entity,
                                       std::optional<MoodleId> /*id*/) const {
  const auto own = std::ranges::find(settings_.cohorts, source.name,
                                     [](const auto& one) { return one.spec.name; });
  if (own == settings_.cohorts.end()) return {};
  const std::string idnumber = base::idnumber(own->idnumber_prefix, entity);
  return {{"cohorts of the system in whose name, idnumber or description stands " + idnumber,
           search_call(idnumber),
           {"id", "idnumber", "name", "visible"}}};
}

Co<Result<std::vector<Stamped>>> Cohorts::census(const SourceSpec& source, Moodle& moodle) const {
  const auto own = std::ranges::find(settings_.cohorts, source.name,
                                     [](const auto& one) { return one.spec.name; });
  if (own == settings_.cohorts.end()) co_return std::vector<Stamped>{};
  co_return co_await count_cohorts(moodle, own->idnumber_prefix);
}

Co<Outcome> Cohorts::converse(Conversation& conversation) const {
  for (const CohortSource& source : settings_.cohorts) {
    if (source.spec.name != conversation.source->name) continue;
    CohortScript script(source, conversation);
    co_return co_await script.run();
  }
  for (const MemberSource& source : settings_.members) {
    if (source.spec.name != conversation.source->name) continue;
    MemberScript script(source, settings_.cohorts, conversation);
    co_return co_await script.run();
  }
  co_return Error{ErrorKind::kBug, "unknown_source",
                  "cohorts has no source '" + conversation.source->name + "'"};
}

ComponentKind kind() {
  return {"cohorts", [](Section& settings) -> std::unique_ptr<Component> {
            auto read = read_settings(settings);
            settings.finish();
            return std::make_unique<Cohorts>(std::move(read));
          }};
}

}  // namespace moodlesync::cohorts
