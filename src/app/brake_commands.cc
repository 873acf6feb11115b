#include "app/brake_commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "app/page.h"
#include "engine/brake.h"

namespace moodlesync::app {

namespace {

using Json = nlohmann::ordered_json;

/// How long an allowed removal may take to happen; Moodle may be away just then.
constexpr std::chrono::hours kValidity{24};

std::string removals_and_entities(const HeldRemovals& held) {
  return counted(held.removals, "removal", "removals") + " of " +
         counted(held.entities, "entity", "entities");
}

Json to_json(const HeldRemovals& held, const engine::BrakeSettings& settings) {
  Json verbs = Json::object();
  for (const auto& [verb, count] : held.by_verb) verbs[verb] = count;
  Json examples = Json::array();
  for (const TaskKey& key : held.examples) examples.push_back(to_string(key.entity));
  return {{"component", held.component},
          {"removals", held.removals},
          {"entities", held.entities},
          {"since_seconds", held.since.count()},
          {"by_verb", std::move(verbs)},
          {"tripped",
           {{"wanted", held.tripped.wanted},
            {"passed", held.tripped.passed},
            {"linked", held.tripped.linked},
            {"limit", engine::removal_limit(settings, held.component, held.tripped.linked)},
            {"window_seconds", settings.window.count()}}},
          {"examples", std::move(examples)}};
}

void print_held(const HeldRemovals& held, const engine::BrakeSettings& settings,
                std::ostream& out) {
  out << held.component << ": " << removals_and_entities(held) << " held for "
      << age_text(held.since) << "\n";
  for (const auto& [verb, count] : held.by_verb) out << "  " << verb << ": " << count << "\n";
  out << "  why: " << held.tripped.wanted << " were asked for at once, " << held.tripped.passed
      << " had been let through within " << age_text(settings.window) << "; Moodle holds "
      << held.tripped.linked << ", of which "
      << engine::removal_limit(settings, held.component, held.tripped.linked)
      << " may go unasked\n  of:";
  for (const TaskKey& key : held.examples) out << " " << to_string(key.entity);
  if (std::cmp_less(held.examples.size(), held.entities)) {
    out << " ... (all: moodle-syncd parked list --code " << kBrakeCode << " --component "
        << held.component << ")";
  }
  out << "\n";
}

/// What is held of the component that the command line names, or what stands in the way.
struct Opened {
  std::optional<Settings> settings;
  std::unique_ptr<DrupalDatabase> database;
  std::vector<HeldRemovals> held;
  ExitCode end = ExitCode::kOk;
};

Opened open_brake(const Invocation& invocation, const Rooms& rooms, Console console) {
  Opened opened;
  opened.settings = settings_or_complaint(invocation, rooms, console);
  opened.end = ExitCode::kConfig;
  if (!opened.settings) return opened;
  auto database = open(*opened.settings, rooms);
  if (!database) {
    opened.end = complain(database.error(), console);
    return opened;
  }
  auto held = (*database)->removals().held();
  if (!held) {
    opened.end = complain(held.error(), console);
    return opened;
  }
  std::erase_if(*held, [&](const HeldRemovals& one) {
    return !invocation.component.empty() && one.component != invocation.component;
  });
  opened.held = *std::move(held);
  opened.database = *std::move(database);
  opened.end = ExitCode::kOk;
  return opened;
}

std::string nothing_held(const std::string& component) {
  return component.empty() ? "The brake holds nothing back\n"
                           : "The brake holds nothing of " + component + " back\n";
}

std::string consequences(const std::vector<HeldRemovals>& all) {
  std::string text = "This forgets\n";
  for (const HeldRemovals& held : all) {
    text += "  " + held.component + ": " + removals_and_entities(held) + "\n";
  }
  return text +
         "Moodle keeps all of it: accounts stay open, enrolments and memberships stay, courses "
         "and categories stay where they are.\n"
         "What is gone from Drupal is not looked at again; remove it in Moodle by hand if it "
         "should go.\n"
         "What still exists in Drupal is compared anew when it is saved, and the removal is asked "
         "for again then: put it right in Drupal first if Moodle is to keep it.\n"
         "To do it, add --yes\n";
}

}  // namespace

ExitCode brake_list(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_brake(invocation, rooms, console);
  if (opened.database == nullptr || !opened.settings) return opened.end;
  const engine::BrakeSettings& settings = opened.settings->engine.brake;
  if (invocation.json) {
    Json list = Json::array();
    for (const HeldRemovals& held : opened.held) list.push_back(to_json(held, settings));
    print_json({{"held", std::move(list)}}, console.out);
    return ExitCode::kOk;
  }
  if (opened.held.empty()) console.out << nothing_held(invocation.component);
  for (const HeldRemovals& held : opened.held) print_held(held, settings, console.out);
  if (!opened.held.empty()) {
    console.out << "If this is right: moodle-syncd brake allow [COMPONENT]\n"
                   "If not: put it right in Drupal, which takes it back by itself, or forget it "
                   "with: moodle-syncd brake drop [COMPONENT]\n";
  }
  return ExitCode::kOk;
}

ExitCode brake_allow(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_brake(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  const auto allowed = opened.database->removals().allow(invocation.component, kValidity);
  if (!allowed) return complain(allowed.error(), console);
  if (invocation.json) {
    print_json({{"allowed", *allowed}, {"valid_seconds", std::chrono::seconds(kValidity).count()}},
               console.out);
  } else if (*allowed == 0) {
    console.out << nothing_held(invocation.component);
  } else {
    for (const HeldRemovals& held : opened.held) {
      console.out << held.component << ": " << removals_and_entities(held) << " may go\n";
    }
    console.out << "These and no others, within " << kValidity.count() << " hours\n";
  }
  return ExitCode::kOk;
}

ExitCode brake_drop(const Invocation& invocation, const Rooms& rooms, Console console) {
  const Opened opened = open_brake(invocation, rooms, console);
  if (opened.database == nullptr) return opened.end;
  if (opened.held.empty() && !invocation.json) {
    console.out << nothing_held(invocation.component);
    return ExitCode::kOk;
  }
  if (!invocation.yes) {
    console.err << consequences(opened.held);
    return ExitCode::kUsage;
  }
  const auto dropped = opened.database->removals().drop(invocation.component);
  if (!dropped) return complain(dropped.error(), console);
  if (invocation.json) {
    print_json({{"dropped", dropped->tasks}, {"left", dropped->left}}, console.out);
    return ExitCode::kOk;
  }
  console.out << "Forgotten: "
              << counted(static_cast<std::int64_t>(dropped->tasks), "task", "tasks")
              << "; Moodle keeps what it has\n";
  if (dropped->left > 0) {
    console.out << counted(static_cast<std::int64_t>(dropped->left), "entity is", "entities are")
                << " being looked at anew and stay held; see `moodle-syncd brake list`\n";
  }
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
