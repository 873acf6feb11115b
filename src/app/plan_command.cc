#include "app/plan_command.h"

#include <utility>

#include "app/plan_report.h"
#include "app/planning.h"
#include "ops/steady_clock.h"

namespace moodlesync::app {

namespace {

constexpr int kPage = 500;

/// A parked task stays parked until somebody does something.
engine::PlanItem parked_item(ParkedNote note) {
  engine::PlanItem item;
  item.key = std::move(note.key);
  item.action = engine::PlanItem::Action::kPark;
  item.code = std::move(note.code);
  item.message = std::move(note.message);
  return item;
}

Status plan_owed(Survey& survey, const Selection& selection, engine::Planner& planner,
                 PlanReport& report) {
  Bookmark place;
  while (!place.finished) {
    auto page = survey.owed(selection, place, kPage);
    if (!page) return std::move(page).error();
    for (ParkedNote& note : page->parked) {
      planner.leave_out(note.key);
      report.add(parked_item(std::move(note)));
    }
    if (Status planned = planner.plan(std::move(page->tasks)); !planned) return planned;
    place = std::move(page->next);
  }
  return ok();
}

}  // namespace

ExitCode plan(const Invocation& invocation, const Rooms& rooms, Console console) {
  ExitCode end = ExitCode::kOk;
  const auto wiring = connect_for_plan(invocation, rooms, console, end);
  if (wiring == nullptr) return end;
  DrupalDatabase& database = wiring->database();
  PlanReport report;
  engine::Planner planner(
      {database.queue(), database.reader(), wiring->gateway(), wiring->settings().components},
      engine::Planner::Compare::kWithLinks,
      [&report](engine::PlanItem item) { report.add(std::move(item)); });
  if (const auto site = planner.begin(); !site) return complain(site.error(), console);
  Status planned = ok();
  if (invocation.all) {
    const ops::SteadyClock clock;
    Progress shown(console.err, progress_on(console.err), "Planning", clock);
    planned = plan_all(database.survey(), invocation.selection, planner, shown);
  } else {
    planned = plan_owed(database.survey(), invocation.selection, planner, report);
  }
  if (!planned) return complain(planned.error(), console);
  planner.end();
  const PlanReport::Naming naming = [&planner](std::string_view text) {
    return named(text, planner);
  };
  if (invocation.json) {
    report.print_json(naming, console.out);
  } else {
    report.print_text(naming, wiring->settings().engine.brake, console.out);
  }
  return report.would_change() ? ExitCode::kDiffers : ExitCode::kOk;
}

}  // namespace moodlesync::app
