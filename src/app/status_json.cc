// The same as status.cc for machines. Keys are only ever added.
#include "app/status.h"

namespace moodlesync::app {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const HeldRemovals& held) {
  return {{"component", held.component},
          {"removals", held.removals},
          {"entities", held.entities},
          {"since_seconds", held.since.count()}};
}

Json to_json(const QueueStats::Line& line) {
  return {{"component", line.component},
          {"state", line.state},
          {"code", line.code},
          {"count", line.count},
          {"oldest_seconds", line.oldest.count()},
          {"last_error", line.last_error}};
}

Json to_json(const QueueStats::Wait& wait) {
  return {{"component", wait.component},
          {"for", wait.for_component},
          {"count", wait.count},
          {"example", wait.example.type.empty() ? Json() : Json(to_string(wait.example))}};
}

Json to_json(const QueueStats::Skip& skip) {
  return {{"component", skip.component}, {"reason", skip.reason}, {"count", skip.count}};
}

Json to_json(const Pause& pause) {
  return {{"component", pause.component.empty() ? Json() : Json(pause.component)},
          {"reason", pause.reason},
          {"since_seconds", pause.since.count()}};
}

Json to_json(const Presence& daemon) {
  Json stopped = Json::array();
  for (const Presence::Stopped& one : daemon.stopped) {
    stopped.push_back({{"component", one.component}, {"reason", one.reason}});
  }
  return {
      {"host", daemon.host},
      {"pid", daemon.pid},
      {"version", daemon.version},
      {"running", !daemon.ended && daemon.seen <= kSilence},
      {"stopped_in_order", daemon.ended},
      {"started_seconds", daemon.started.count()},
      {"seen_seconds", daemon.seen.count()},
      {"last_success_seconds", daemon.last_success ? Json(daemon.last_success->count()) : Json()},
      {"moodle",
       {{"ready", daemon.moodle_ready},
        {"since_seconds", daemon.moodle_since.count()},
        {"code", daemon.moodle_code},
        {"reason", daemon.moodle_reason}}},
      {"in_flight", daemon.in_flight},
      {"last_minute",
       {{"in_step", daemon.settled},
        {"failed", daemon.failed},
        {"moodle_requests", daemon.requests}}},
      {"stopped_components", std::move(stopped)}};
}

template <class T>
Json list_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

Json status_json(const StatusReport& report) {
  Json object;
  object["drupal_url"] = report.drupal_url;
  object["moodle_url"] = report.moodle_url;
  object["daemons"] = list_json(report.daemons);
  object["guard"] = {{"ok", report.guard_objections.empty()},
                     {"objections", report.guard_objections}};
  object["paused"] = list_json(report.pauses);
  object["brake"] = list_json(report.held);
  object["changes"] = report.queue.changes;
  object["tasks"] = list_json(report.queue.tasks);
  object["waits"] = list_json(report.queue.waits);
  object["links"] = report.queue.links;
  object["skipped"] = report.queue.skipped;
  object["skips"] = list_json(report.queue.skips);
  object["owed_write_backs"] = report.queue.owed_write_backs;
  return object;
}

void print_status_json(const StatusReport& report, std::ostream& out) {
  print_json(status_json(report), out);
}

}  // namespace moodlesync::app
