#include "app/pause_commands.h"

#include <algorithm>
#include <utility>

#include "app/page.h"
#include "base/text.h"

namespace moodlesync::app {

namespace {

std::string named(const std::string& component) {
  return component.empty() ? "everything" : component;
}

/// Tasks that are being worked on at this moment.
Result<std::int64_t> running(Queue& queue, const std::string& component) {
  const auto stats = queue.stats();
  if (!stats) return stats.error();
  std::int64_t count = 0;
  for (const QueueStats::Line& line : stats->tasks) {
    const bool counts = component.empty() || line.component == component;
    if (counts && line.state == "running") count += line.count;
  }
  return count;
}

/// A typing mistake would pause nothing and say that all is well.
Status must_be_known(const std::string& component, const Settings& settings) {
  std::vector<std::string> names;
  names.reserve(settings.components.size());
  for (const auto& one : settings.components) names.emplace_back(one->name());
  if (component.empty() || std::ranges::find(names, component) != names.end()) return ok();
  std::string message = "the configuration has no component '" + component + "'";
  const std::string_view meant = base::nearest(component, names);
  if (!meant.empty()) message.append("; did you mean '").append(meant).append("'?");
  return Error{ErrorKind::kRejected, "unknown_component", message};
}

bool is_paused(const std::vector<Pause>& pauses, std::string_view component) {
  return std::ranges::find(pauses, component, &Pause::component) != pauses.end();
}

}  // namespace

ExitCode pause(const Invocation& invocation, const Rooms& rooms, Console console) {
  const std::string& component = invocation.component;
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  if (const Status known = must_be_known(component, *settings); !known) {
    console.err << "moodle-syncd: " << known.error().message << "\n";
    return ExitCode::kUsage;
  }
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  const auto fresh = (*database)->pauses().pause(component, invocation.reason);
  if (!fresh) return complain(fresh.error(), console);
  const auto busy = running((*database)->queue(), component);
  if (!busy) return complain(busy.error(), console);
  if (invocation.json) {
    print_json({{"paused",
                 component.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(component)},
                {"was_paused", !*fresh},
                {"still_running", *busy}},
               console.out);
    return ExitCode::kOk;
  }
  console.out << "Paused" << (*fresh ? "" : " already") << ": " << named(component)
              << ". Changes are still taken in and wait; to go on: moodle-syncd resume"
              << (component.empty() ? "" : " " + component) << "\n";
  if (*busy > 0) {
    console.out << counted(*busy, "task that is being worked on goes",
                           "tasks that are being worked on go")
                << " on to the end\n";
  }
  return ExitCode::kOk;
}

ExitCode resume(const Invocation& invocation, const Rooms& rooms, Console console) {
  const std::string& component = invocation.component;
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  const auto ended = (*database)->pauses().resume(component);
  if (!ended) return complain(ended.error(), console);
  const auto left = (*database)->pauses().list();
  if (!left) return complain(left.error(), console);
  const bool all_paused = is_paused(*left, "");
  if (invocation.json) {
    print_json({{"resumed", *ended}, {"all_paused", all_paused}}, console.out);
    return ExitCode::kOk;
  }
  if (*ended == 0) {
    console.out << "Nothing was paused" << (component.empty() ? "" : " of " + component) << "\n";
  } else {
    console.out << "Resumed: " << named(component) << "\n";
  }
  if (all_paused) {
    console.out << "Everything is paused all the same; to end that: moodle-syncd resume\n";
  }
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
