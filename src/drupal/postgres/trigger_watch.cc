#include "drupal/postgres/trigger_watch.h"

#include <algorithm>
#include <iterator>

namespace moodlesync::postgres {

std::string_view describe(TriggerState::Is is) {
  switch (is) {
    case TriggerState::Is::kGood:
      return "is in place";
    case TriggerState::Is::kNoTable:
      return "cannot be: Drupal has no such table";
    case TriggerState::Is::kMissing:
      return "is missing";
    case TriggerState::Is::kDisabled:
      return "is disabled";
    case TriggerState::Is::kWrong:
      return "is not the one that was installed";
    case TriggerState::Is::kOutdated:
      return "does not watch what the configuration needs";
  }
  return "";
}

Result<std::int64_t> distrust_links(Connection& connection, const TableNames& names,
                                    std::string_view entity_type) {
  auto rows =
      connection.query(names.expand("UPDATE {moodle_sync.link} SET updated_at = '-infinity' "
                                    "WHERE entity_type = $1 AND updated_at <> '-infinity'"),
                       {entity_type});
  if (!rows) return std::move(rows).error();
  return rows->affected();
}

Result<CaptureWatch::Report> TriggerWatch::look() {
  const auto plan = plan_capture(names_, sources_, notify_);
  auto states = triggers_.inspect(plan);
  if (!states) return std::move(states).error();
  Report report;
  std::set<std::string> unheard;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const TriggerState& state = (*states)[i];
    using Is = TriggerState::Is;
    if (state.is == Is::kGood || (state.is == Is::kNoTable && state.optional)) continue;
    report.gaps.push_back("the trigger on " + state.table + " " + std::string(describe(state.is)));
    unheard.insert(plan[i].concerns.begin(), plan[i].concerns.end());
  }
  std::vector<std::string> closed;
  std::ranges::set_difference(unheard_, unheard, std::back_inserter(closed));
  for (const std::string& type : closed) {
    auto distrusted = distrust_links(connection_, names_, type);
    if (!distrusted) return std::move(distrusted).error().in("queueing what was missed");
  }
  report.closed = !closed.empty();
  unheard_ = std::move(unheard);
  return report;
}

}  // namespace moodlesync::postgres
