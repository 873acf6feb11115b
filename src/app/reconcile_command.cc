#include "app/reconcile_command.h"

#include <algorithm>
#include <utility>

#include "app/census.h"
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

/// Fills `report`; nothing is written, neither in Moodle nor in the queue.
Status compare(Wiring& wiring, const Selection& selection, Console console, DriftReport& report) {
  DrupalDatabase& database = wiring.database();
  const auto& components = wiring.settings().components;
  Census census;
  engine::Planner planner({database.queue(), database.reader(), wiring.gateway(), components},
                          engine::Planner::Compare::kWithMoodle,
                          [&report, &census](const engine::PlanItem& item) {
                            report.add(item);
                            census.note(item);
                          });
  if (const auto site = planner.begin(); !site) return site.error();
  if (!wiring.gateway().reads_are_trustworthy()) return cannot_read();
  const ops::SteadyClock clock;
  Progress shown(console.err, progress_on(console.err), "Comparing", clock);
  if (Status planned = plan_all(database.survey(), selection, planner, shown); !planned) {
    return planned;
  }
  planner.end();
  if (selection.entity) return ok();
  for (const auto& component : components) {
    if (!selection.component.empty() && component->name() != selection.component) continue;
    if (Status taken = census.take(*component, wiring.gateway(), report); !taken) return taken;
  }
  for (const std::string& gap : census.gaps()) {
    console.err << "Not looked for: what Moodle has and Drupal does not. " << gap << "\n";
  }
  return ok();
}

void print(const DriftReport& report, const Invocation& invocation,
           std::optional<std::size_t> queued, Console console) {
  if (invocation.json) return report.print_json(queued, console.out);
  if (invocation.csv) {
    report.print_csv(console.out);
  } else {
    report.print_text(console.out);
  }
  if (queued) console.err << "Queued: " << *queued << "\n";
}

}  // namespace

ExitCode reconcile(const Invocation& invocation, const Rooms& rooms, Console console) {
  ExitCode end = ExitCode::kOk;
  const auto wiring = connect_for_plan(invocation, rooms, console, end);
  if (wiring == nullptr) return end;
  DriftReport report;
  const Status compared = compare(*wiring, invocation.selection, console, report);
  if (!compared) return complain(compared.error(), console);
  std::optional<std::size_t> queued;
  if (invocation.fix) {
    const auto fixed = fix(wiring->database().survey(), report);
    if (!fixed) return complain(fixed.error(), console);
    queued = *fixed;
  }
  print(report, invocation, queued, console);
  return report.empty() ? ExitCode::kOk : ExitCode::kDiffers;
}

}  // namespace moodlesync::app
