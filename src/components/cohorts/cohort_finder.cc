#include "components/cohorts/cohort_finder.h"

#include "base/json_fields.h"
#include "base/stamped.h"
#include "components/cohorts/functions.h"

namespace moodlesync::cohorts {

/// Source: Moodle 5.1, cohort/externallib.php and cohort/lib.php. The query is a part of name,
/// idnumber or description in any case; limitnum 0 gives all.
Call search_call(const std::string& text) {
  Call call{.function = &kSearchCohorts, .row = {}};
  call.row.add("query", text)
      .add("context[contextlevel]", "system")
      .add("context[instanceid]", "0")
      .add("includes", "all")
      .add("limitfrom", "0")
      .add("limitnum", "0");
  return call;
}

bool can_find(const Moodle& moodle) {
  return moodle.offers(kSearchCohorts.name) || moodle.offers(kGetCohorts.name);
}

Co<Result<Sighting>> find_cohort(Moodle& moodle, std::string idnumber) {
  using Answer = Result<Sighting>;
  if (!can_find(moodle)) co_return Answer(Sighting{});
  const bool can_search = moodle.offers(kSearchCohorts.name);
  Call call = can_search ? search_call(idnumber) : Call{.function = &kGetCohorts, .row = {}};
  auto answer = co_await moodle.call(std::move(call));
  if (!answer) {
    if (answer.error().kind == ErrorKind::kConfig) co_return Answer(Sighting{});
    co_return Answer(std::move(answer).error());
  }
  const Json& cohorts = can_search ? base::list_field(*answer, "cohorts") : *answer;
  for (const Json& cohort : cohorts) {
    const auto id = base::int_field(cohort, "id");
    const auto found = base::text_field(cohort, "idnumber");
    if (id && found && *found == idnumber) {
      co_return Answer(Sighting{Sighting::State::kFound, MoodleId{*id}});
    }
  }
  if (moodle.reads_are_trustworthy()) {
    co_return Answer(Sighting{Sighting::State::kNobody, {}});
  }
  co_return Answer(Error{ErrorKind::kTransient, "reads_untrusted",
                         "Moodle shows no cohort with idnumber " + idnumber +
                             ", but it is not certain that this account may see all"});
}

Co<Result<std::vector<Stamped>>> count_cohorts(Moodle& moodle, std::string prefix) {
  using Answer = Result<std::vector<Stamped>>;
  if (!can_find(moodle)) {
    co_return Answer(Error{ErrorKind::kConfig, "missing_function",
                           "the token's service lacks " + std::string(kSearchCohorts.name) +
                               ", without which Moodle lists no cohorts"});
  }
  // Those of categories stand in no search of the system.
  const bool can_list = moodle.offers(kGetCohorts.name);
  Call call = can_list ? Call{.function = &kGetCohorts, .row = {}} : search_call("");
  Result<Json> answer = co_await moodle.call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  std::vector<Stamped> all;
  base::add_stamped(can_list ? *answer : base::list_field(*answer, "cohorts"), prefix, all);
  co_return Answer(std::move(all));
}

}  // namespace moodlesync::cohorts
