#include "app/parked_commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "app/page.h"
#include "moodlesync/brake.h"

namespace moodlesync::app {

namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::int64_t number) {
  return std::to_string(number) + " parked task" + (number == 1 ? "" : "s");
}

Json to_json(const ParkedTask& task) {
  return {{"component", task.key.component},
          {"source", task.key.source},
          {"entity", to_string(task.key.entity)},
          {"moodle_id", task.moodle_id ? Json(task.moodle_id->value) : Json()},
          {"code", task.code},
          {"message", task.message},
          {"attempts", task.attempts},
          {"parked_seconds", task.parked.count()},
          {"queued_seconds", task.queued.count()}};
}

Json to_json(const ParkedList& list) {
  Json tasks = Json::array();
  for (const ParkedTask& task : list.tasks) tasks.push_back(to_json(task));
  return {{"total", list.total}, {"tasks", std::move(tasks)}};
}

void print_lines(const ParkedList& list, std::ostream& out) {
  for (const ParkedTask& task : list.tasks) {
    out << to_string(task.key) << "  " << age_text(task.parked) << "  [" << task.code << "] "
        << task.message << "\n";
  }
  if (std::cmp_less(list.tasks.size(), list.total)) {
    out << "... and " << list.total - static_cast<std::int64_t>(list.tasks.size())
        << " more (--limit)\n";
  }
}

/// What the person in front of us can do about a task with this code.
std::string_view advice(std::string_view code) {
  if (code == kBrakeCode) {
    return "`moodle-syncd brake list` shows the whole of it; `brake allow` lets it go, `brake "
           "drop` forgets it";
  }
  if (code == "unknown_source") {
    return "put the source back into the configuration, or drop the task";
  }
  return "mend it in Drupal (saving the entity un-parks it) or in Moodle, then `moodle-syncd "
         "parked retry`";
}

void print_task(const ParkedTask& task, std::ostream& out) {
  out << to_string(task.key) << "\n"
      << "  Moodle id: " << (task.moodle_id ? to_string(*task.moodle_id) : "none yet") << "\n"
      << "  parked:    " << age_text(task.parked) << " ago, first queued " << age_text(task.queued)
      << " ago\n"
      << "  attempts:  "
      << (task.attempts == 0 ? "refused at once" : std::to_string(task.attempts) + " failed")
      << "\n"
      << "  reason:    " << task.message << " [" << task.code << "]\n"
      << "  to do:     " << advice(task.code) << "\n";
}

struct Deed {
  const char* key;    ///< In JSON.
  const char* words;  ///< For people.
};

ExitCode print_number(const Deed& deed, std::size_t number, bool json, Console console) {
  if (json) {
    print_json({{deed.key, number}}, console.out);
  } else {
    console.out << deed.words << ": " << counted(static_cast<std::int64_t>(number)) << "\n";
  }
  return ExitCode::kOk;
}

/// The parked tasks that the command line names, or what stands in the way.
struct Opened {
  std::unique_ptr<DrupalDatabase> database;
  ExitCode end = ExitCode::kOk;
};

Opened open_parking(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return {nullptr, ExitCode::kConfig};
  auto database = open(*settings, rooms);
  if (!database) return {nullptr, complain(database.error(), console)};
  return {*std::move(database), ExitCode::kOk};
}

}  // namespace

ExitCode parked_list(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_parking(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  const auto list = opened.database->parking().list(invocation.parked, invocation.limit);
  if (!list) return complain(list.error(), console);
  if (invocation.json) {
    print_json(to_json(*list), console.out);
  } else if (list->total == 0) {
    console.out << (invocation.parked.is_open() ? "Nothing is parked\n"
                                                : "Nothing that is parked fits\n");
  } else {
    print_lines(*list, console.out);
  }
  return ExitCode::kOk;
}

ExitCode parked_show(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_parking(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  const auto list = opened.database->parking().list(invocation.parked, invocation.limit);
  if (!list) return complain(list.error(), console);
  if (invocation.json) {
    print_json(to_json(*list), console.out);
  } else if (list->total == 0 && invocation.parked.entity) {
    console.out << "Nothing of " << to_string(*invocation.parked.entity) << " is parked\n";
  }
  if (!invocation.json) {
    for (const ParkedTask& task : list->tasks) print_task(task, console.out);
  }
  return ExitCode::kOk;
}

ExitCode parked_retry(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_parking(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  const auto retried = opened.database->parking().retry(invocation.parked);
  if (!retried) return complain(retried.error(), console);
  return print_number({"due_now", "Due now"}, *retried, invocation.json, console);
}

ExitCode parked_drop(const Invocation& invocation, const Rooms& rooms, Console console) {
  if (invocation.parked.is_open() && !invocation.all) {
    console.err << "Which ones? Name --component, --code or --entity, or say --all\n";
    return ExitCode::kUsage;
  }
  const Opened opened = open_parking(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  Parking& parking = opened.database->parking();
  if (!invocation.yes) {
    const auto list = parking.list(invocation.parked, 0);
    if (!list) return complain(list.error(), console);
    console.err << "This forgets " << counted(list->total)
                << ". Moodle stays as it is, out of step with these entities, until somebody "
                   "saves them in Drupal again. To do it, add --yes\n";
    return ExitCode::kUsage;
  }
  const auto dropped = parking.drop(invocation.parked);
  if (!dropped) return complain(dropped.error(), console);
  return print_number({"dropped", "Dropped"}, *dropped, invocation.json, console);
}

}  // namespace moodlesync::app
