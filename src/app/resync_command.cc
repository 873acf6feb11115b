#include "app/resync_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/progress.h"
#include "app/status.h"
#include "ops/steady_clock.h"

namespace moodlesync::app {

namespace {

constexpr int kSlice = 1000;

Result<ResyncProgress> queue_all(Survey& survey, const ResyncWish& wish, ResyncProgress progress,
                                 std::int64_t total, std::ostream& err) {
  const ops::SteadyClock clock;
  Progress shown(err, progress_on(err), "Queueing", clock);
  shown.show({progress.looked_at, total});
  while (!progress.place.finished) {
    auto next = survey.queue(wish, progress, kSlice);
    if (!next) return next;
    progress = *std::move(next);
    shown.show({progress.looked_at, total});
  }
  return progress;
}

void print(const ResyncWish& wish, const ResyncProgress& done, bool json, std::ostream& out) {
  if (json) {
    const nlohmann::ordered_json object{{"queued", done.queued},
                                        {"looked_at", done.looked_at},
                                        {"resend", wish.resend},
                                        {"resumed", done.resumed.has_value()}};
    out << object.dump(2) << "\n";
    return;
  }
  if (wish.selection.entity && done.queued == 0) {
    out << "Nothing of " << to_string(*wish.selection.entity)
        << " is synced: it does not exist, or no source is about its type and bundle\n";
    return;
  }
  out << "Queued: " << grouped(done.queued) << (done.queued == 1 ? " task" : " tasks")
      << (wish.resend ? ", to be sent with all values" : "") << "\n";
}

}  // namespace

bool knows_component(const Selection& selection, const Settings& settings, Console console) {
  if (selection.component.empty()) return true;
  std::string names;
  for (const auto& component : settings.components) {
    if (component->name() == selection.component) return true;
    names.append(names.empty() ? "" : ", ").append(component->name());
  }
  console.err << "There is no component " << selection.component << " in the configuration, only "
              << names << "\n";
  return false;
}

ExitCode resync(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  if (!knows_component(invocation.selection, *settings, console)) return ExitCode::kUsage;
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  Survey& survey = (*database)->survey();
  const ResyncWish wish{invocation.selection, invocation.resend};
  auto begun = survey.open(wish, invocation.anew);
  if (!begun) return complain(begun.error(), console);
  if (const auto& resumed = begun->resumed) {
    console.err << "Goes on where a run that was begun " << age_text(*resumed)
                << " ago stopped, behind " << grouped(begun->looked_at)
                << " that it had looked at (--anew begins again)\n";
  }
  const auto total = survey.count(invocation.selection);
  if (!total) return complain(total.error(), console);
  const auto done = queue_all(survey, wish, *std::move(begun), *total, console.err);
  if (!done) {
    const ExitCode code = complain(done.error(), console);
    console.err << "What was queued stays queued; the same command goes on from there\n";
    return code;
  }
  print(wish, *done, invocation.json, console.out);
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
