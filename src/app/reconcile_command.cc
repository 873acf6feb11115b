#include "app/reconcile_command.h"

#include <algorithm>
#include <utility>

#include "app/drift.h"
#include "app/planning.h"
#include "ops/steady_clock.h"

namespace moodlesync::app {

namespace {

constexpr std::size_t kGroup = 500;

Result<std::size_t> queue_one(Survey& survey, const TaskKey& key) {
  const ResyncWish wish{.selection = {.component = key.component, .entity = key.entity}};
  ResyncProgress progress;
  while (!progress.place.finished) {
    auto next = survey.queue(wish, progress, 1);
    if (!next) return std::move(next).error();
    progress = *std::move(next);
  }
  return static_cast<std::size_t>(progress.queued);
}

Result<std::size_t> fix(Survey& survey, const DriftReport& report) {
  std::size_t queued = 0;
  std::span<const Correction> left(report.corrections());
  while (!left.empty()) {
    const auto group = left.first(std::min(kGroup, left.size()));
    auto corrected = survey.correct(group);
    if (!corrected) return corrected;
    queued += *corrected;
    left = left.subspan(group.size());
  }
  for (const TaskKey& key : report.to_queue()) {
    auto one = queue_one(survey, key);
    if (!one) return one;
    queued += *one;
  }
  return queued;
}

Error cannot_read() {
  return {ErrorKind::kConfig, "reads_untrusted",
          "whether the token's account can read is not known, so nothing can be compared: "
          "`moodle-syncd check` says what is missing"};
}

}  // namespace

ExitCode reconcile(const Invocation& invocation, const Rooms& rooms, Console console) {
  ExitCode end = ExitCode::kOk;
  const auto wiring = connect_for_plan(invocation, rooms, console, end);
  if (wiring == nullptr) return end;
  DrupalDatabase& database = wiring->database();
  DriftReport report;
  engine::Planner planner(
      {database.queue(), database.reader(), wiring->gateway(), wiring->settings().components},
      engine::Planner::Compare::kWithMoodle,
      [&report](const engine::PlanItem& item) { report.add(item); });
  if (const auto site = planner.begin(); !site) return complain(site.error(), console);
  if (!wiring->gateway().reads_are_trustworthy()) return complain(cannot_read(), console);
  {
    const ops::SteadyClock clock;
    Progress shown(console.err, progress_on(console.err), "Comparing", clock);
    const Status planned = plan_all(database.survey(), invocation.selection, planner, shown);
    if (!planned) return complain(planned.error(), console);
  }
  planner.end();
  std::optional<std::size_t> queued;
  if (invocation.fix) {
    const auto fixed = fix(database.survey(), report);
    if (!fixed) return complain(fixed.error(), console);
    queued = *fixed;
  }
  if (invocation.json) {
    report.print_json(queued, console.out);
  } else if (invocation.csv) {
    report.print_csv(console.out);
  } else {
    report.print_text(console.out);
  }
  if (queued && !invocation.json) console.err << "Queued: " << *queued << "\n";
  return report.empty() ? ExitCode::kOk : ExitCode::kDiffers;
}

}  // namespace moodlesync::app
