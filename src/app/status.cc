#include "app/status.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace moodlesync::app {

namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

void print_tasks(const QueueStats& queue, std::ostream& out) {
  if (queue.tasks.empty()) {
    out << "Tasks: none, Moodle is in step\n";
    return;
  }
  out << "Tasks:\n";
  for (const QueueStats::Line& line : queue.tasks) {
    out << "  " << padded(line.component, 12) << " " << padded(line.state, 8) << " "
        << padded(std::to_string(line.count), 8) << " oldest " << padded(age_text(line.oldest), 5);
    if (!line.code.empty()) out << " " << line.code;
    if (!line.last_error.empty()) out << ": " << line.last_error;
    out << "\n";
  }
}

void print_brake(const std::vector<HeldRemovals>& all, std::ostream& out) {
  if (all.empty()) {
    out << "Brake: nothing is held back\n";
    return;
  }
  out << "Brake: holds removals back; see `moodle-syncd brake list`\n";
  for (const HeldRemovals& held : all) {
    out << "  " << padded(held.component, 12) << " " << held.removals << " of " << held.entities
        << (held.entities == 1 ? " entity" : " entities") << ", for " << age_text(held.since)
        << "\n";
  }
}

nlohmann::ordered_json brake_json(const std::vector<HeldRemovals>& all) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const HeldRemovals& held : all) {
    list.push_back({{"component", held.component},
                    {"removals", held.removals},
                    {"entities", held.entities},
                    {"since_seconds", held.since.count()}});
  }
  return list;
}

nlohmann::ordered_json tasks_json(const QueueStats& queue) {
  nlohmann::ordered_json tasks = nlohmann::ordered_json::array();
  for (const QueueStats::Line& line : queue.tasks) {
    tasks.push_back({{"component", line.component},
                     {"state", line.state},
                     {"code", line.code},
                     {"count", line.count},
                     {"oldest_seconds", line.oldest.count()},
                     {"last_error", line.last_error}});
  }
  return tasks;
}

}  // namespace

std::string age_text(std::chrono::seconds age) {
  using namespace std::chrono_literals;
  constexpr auto kDay = 24h;
  if (age < 2min) return std::to_string(age / 1s) + "s";
  if (age < 2h) return std::to_string(age / 1min) + "m";
  if (age < 2 * kDay) return std::to_string(age / 1h) + "h";
  return std::to_string(age / kDay) + "d";
}

void print_status_text(const StatusReport& report, std::ostream& out) {
  out << report.drupal_url << " -> " << report.moodle_url << "\n";
  if (report.guard_objections.empty()) {
    out << "Guard: this is the site that was installed\n";
  } else {
    out << "Guard: nothing is written to Moodle, because\n";
    for (const std::string& objection : report.guard_objections) out << "  " << objection << "\n";
  }
  print_brake(report.held, out);
  out << "Changes not taken in yet: " << report.queue.changes << "\n";
  print_tasks(report.queue, out);
  out << "Links: " << report.queue.links << ", of which skipped: " << report.queue.skipped << "\n"
      << "Moodle ids still to be written into Drupal: " << report.queue.owed_write_backs << "\n";
}

void print_status_json(const StatusReport& report, std::ostream& out) {
  nlohmann::ordered_json object;
  object["drupal_url"] = report.drupal_url;
  object["moodle_url"] = report.moodle_url;
  object["guard"] = {{"ok", report.guard_objections.empty()},
                     {"objections", report.guard_objections}};
  object["brake"] = brake_json(report.held);
  object["changes"] = report.queue.changes;
  object["tasks"] = tasks_json(report.queue);
  object["links"] = report.queue.links;
  object["skipped"] = report.queue.skipped;
  object["owed_write_backs"] = report.queue.owed_write_backs;
  out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace moodlesync::app
