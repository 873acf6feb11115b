#include "app/planning.h"

#include <utility>

#include "app/epoch_file.h"
#include "app/resync_command.h"
#include "base/text.h"
#include "engine/guard.h"

namespace moodlesync::app {

namespace {

constexpr int kPage = 500;

void mention_guard(Wiring& wiring, Console console) {
  const Settings& settings = wiring.settings();
  EpochFile folder(settings.state_dir);
  engine::Guard guard(wiring.database().site(), folder, settings.engine.site_url);
  const Status passed = guard.check();
  if (passed) return;
  console.err << "A daemon would write nothing of this: " << passed.error().message << "\n";
}

}  // namespace

std::unique_ptr<Wiring> connect_for_plan(const Invocation& invocation, const Rooms& rooms,
                                         Console console, ExitCode& end) {
  end = ExitCode::kConfig;
  auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return nullptr;
  if (!knows_component(invocation.selection, *settings, console)) {
    end = ExitCode::kUsage;
    return nullptr;
  }
  auto wiring = std::make_unique<Wiring>(*std::move(settings));
  const auto faults = wiring->connect(rooms);
  if (!faults) {
    end = complain(faults.error(), console);
    return nullptr;
  }
  for (const SettingsFault& fault : *faults) {
    console.err << to_string(fault.origin) << ": " << fault.message << "\n";
  }
  if (!faults->empty()) return nullptr;
  mention_guard(*wiring, console);
  return wiring;
}

Status plan_all(Survey& survey, const Selection& selection, engine::Planner& planner,
                Progress& shown) {
  const auto total = survey.count(selection);
  if (!total) return total.error();
  Bookmark place;
  Progress::Reading reading{.done = 0, .total = *total};
  shown.show(reading);
  while (!place.finished) {
    auto page = survey.entities(selection, place, kPage);
    if (!page) return std::move(page).error();
    reading.done += static_cast<std::int64_t>(page->tasks.size());
    if (Status planned = planner.plan(std::move(page->tasks)); !planned) return planned;
    place = std::move(page->next);
    shown.show(reading);
  }
  return ok();
}

std::string named(std::string_view text, const engine::Planner& planner) {
  // Whole values, and keys such as "user:-3".
  const auto at = text.rfind(':');
  const std::size_t begin = at == std::string_view::npos ? 0 : at + 1;
  const std::string_view id = text.substr(begin);
  if (!planner.ids().contains(id)) return std::string(text);
  const TaskKey* owner = planner.owner_of({base::parse_int(id).value_or(0)});
  std::string name(text.substr(0, begin));
  return name + (owner == nullptr ? "new" : "new (" + to_string(owner->entity) + ")");
}

}  // namespace moodlesync::app
