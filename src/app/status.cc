#include "app/status.h"

#include <algorithm>
#include <map>
#include <utility>

namespace moodlesync::app {

namespace {

using Tone = Page::Tone;

std::string shown(const Presence& daemon) {
  return daemon.host + " (pid " + std::to_string(daemon.pid) + ", version " + daemon.version + ")";
}

/// Daemons from which we have heard lately.
std::vector<const Presence*> running(const StatusReport& report) {
  std::vector<const Presence*> all;
  for (const Presence& daemon : report.daemons) {
    if (!daemon.ended && daemon.seen <= kSilence) all.push_back(&daemon);
  }
  return all;
}

void print_running(const Presence& daemon, Page& page) {
  page.more(shown(daemon) + " runs since " + age_text(daemon.started));
  const std::string since = age_text(daemon.moodle_since);
  if (daemon.moodle_ready) {
    page.more("  Moodle answers, since " + since, Tone::kGood);
  } else if (daemon.moodle_reason.empty()) {
    page.more("  asks Moodle who it is, since " + since, Tone::kWarning);
  } else {
    page.more("  Moodle cannot be worked with, since " + since + ": " + daemon.moodle_reason +
                  " [" + daemon.moodle_code + "]; work is kept and tried again",
              Tone::kBad);
  }
  for (const Presence::Stopped& stopped : daemon.stopped) {
    page.more("  " + stopped.component + " has stopped: " + stopped.reason, Tone::kBad);
  }
  page.more("  last minute: " + std::to_string(daemon.settled) + " in step, " +
            std::to_string(daemon.failed) + " failed, " +
            counted(daemon.requests, "request", "requests") + " to Moodle; " +
            std::to_string(daemon.in_flight) + " being worked on; last success " +
            (daemon.last_success ? age_text(*daemon.last_success) + " ago" : "not yet"));
}

void print_daemons(const StatusReport& report, Page& page) {
  const auto all = running(report);
  page.row("Daemons",
           all.empty() ? "none runs; start one: systemctl start moodle-syncd"
                       : counted(static_cast<std::int64_t>(all.size()), "runs", "run"),
           all.empty() ? Tone::kBad : Tone::kGood);
  for (const Presence* daemon : all) print_running(*daemon, page);
  for (const Presence& daemon : report.daemons) {
    if (std::ranges::find(all, &daemon) != all.end()) continue;
    const std::string when = age_text(daemon.seen) + " ago";
    if (daemon.ended) {
      if (all.empty()) page.more(shown(daemon) + " stopped " + when, Tone::kFaint);
    } else {
      page.more(shown(daemon) + " was last heard of " + when +
                    ": killed, hung or cut off; its work comes back when its leases end",
                Tone::kWarning);
    }
  }
}

void print_guard(const StatusReport& report, Page& page) {
  if (report.guard_objections.empty()) {
    page.row("Guard", "this is the site that was installed");
    return;
  }
  page.row("Guard", "nothing is written to Moodle, because", Tone::kBad);
  for (const std::string& objection : report.guard_objections) page.more("  " + objection);
  page.more("  to accept it: moodle-syncd adopt-site");
}

void print_pauses(const std::vector<Pause>& pauses, Page& page) {
  std::string name = "Paused";
  for (const Pause& pause : pauses) {
    page.row(std::exchange(name, ""),
             (pause.component.empty() ? "everything" : pause.component) + ", for " +
                 age_text(pause.since) + (pause.reason.empty() ? "" : ": " + pause.reason) +
                 "; to go on: moodle-syncd resume" +
                 (pause.component.empty() ? "" : " " + pause.component),
             Tone::kWarning);
  }
}

void print_brake(const std::vector<HeldRemovals>& all, Page& page) {
  if (all.empty()) {
    page.row("Brake", "nothing is held back");
    return;
  }
  page.row("Brake", "holds removals back; see: moodle-syncd brake list", Tone::kWarning);
  for (const HeldRemovals& held : all) {
    page.more("  " + held.component + ": " + counted(held.removals, "removal", "removals") +
              " of " + counted(held.entities, "entity", "entities") + ", for " +
              age_text(held.since));
  }
}

/// One component's tasks.
struct Lane {
  std::map<std::string, std::int64_t, std::less<>> by_state;
  std::chrono::seconds oldest{0};
};

std::map<std::string, Lane> lanes(const QueueStats& queue) {
  std::map<std::string, Lane> lanes;
  for (const QueueStats::Line& line : queue.tasks) {
    Lane& lane = lanes[line.component];
    lane.by_state[line.state] += line.count;
    // What is parked waits for a person; it says nothing about how far behind we are.
    if (line.state != "parked") lane.oldest = std::max(lane.oldest, line.oldest);
  }
  return lanes;
}

constexpr std::string_view kStates[] = {"pending", "running", "waiting", "parked"};

std::int64_t total(const QueueStats& queue) {
  std::int64_t sum = 0;
  for (const QueueStats::Line& line : queue.tasks) sum += line.count;
  return sum;
}

void print_lanes(const QueueStats& queue, Page& page) {
  const auto all = lanes(queue);
  if (all.empty()) {
    const bool is_new = queue.links == 0 && queue.skipped == 0 && queue.changes == 0;
    if (!is_new) return page.row("Tasks", "none: Moodle is in step", Tone::kGood);
    return page.row("Tasks",
                    "none, and nothing was synced yet: a daemon begins with all there is; "
                    "moodle-syncd plan --all shows what that would be");
  }
  std::string head = padded("", Page::kFirstColumn);
  for (const std::string_view state : kStates) head += padded(" " + std::string(state), 10);
  page.row("Tasks", head + " oldest", Tone::kFaint);
  for (const auto& [component, lane] : all) {
    std::string text = padded(component, Page::kFirstColumn);
    for (const std::string_view state : kStates) {
      const auto found = lane.by_state.find(state);
      const std::int64_t count = found == lane.by_state.end() ? 0 : found->second;
      text += padded(" " + std::to_string(count), 10);
    }
    page.more(text + " " + (lane.oldest.count() == 0 ? "-" : age_text(lane.oldest)));
  }
}

std::string waits_for(const QueueStats::Wait& wait) {
  if (wait.for_component.empty()) return "what no component gives an id";
  return "the Moodle ids of " + wait.for_component +
         (wait.example.type.empty() ? "" : ", e.g. of " + to_string(wait.example));
}

void print_reasons(const QueueStats& queue, Page& page) {
  std::string name = "Waiting";
  for (const QueueStats::Wait& wait : queue.waits) {
    page.row(std::exchange(name, ""),
             std::to_string(wait.count) + " of " + wait.component + " for " + waits_for(wait));
  }
  name = "Parked";
  for (const QueueStats::Line& line : queue.tasks) {
    if (line.state != "parked") continue;
    page.row(std::exchange(name, ""),
             std::to_string(line.count) + " of " + line.component + " [" + line.code +
                 "], the oldest for " + age_text(line.oldest) +
                 (line.last_error.empty() ? "" : ", e.g. " + line.last_error),
             Tone::kBad);
  }
  if (name.empty()) page.more("all of them: moodle-syncd parked list");
  name = "Retried";
  for (const QueueStats::Line& line : queue.tasks) {
    if (line.state != "pending" || line.last_error.empty()) continue;
    page.row(std::exchange(name, ""), line.component + ", last error: " + line.last_error,
             Tone::kWarning);
  }
}

void print_links(const QueueStats& queue, Page& page) {
  page.row("Links", counted(queue.links, "entity", "entities") + " known in Moodle, " +
                        std::to_string(queue.skipped) + " skipped");
  for (const QueueStats::Skip& skip : queue.skips) {
    page.more("  " + std::to_string(skip.count) + " of " + skip.component + ": " + skip.reason);
  }
  page.row("Ids owed", queue.owed_write_backs == 0
                           ? "none: Drupal shows every Moodle id"
                           : std::to_string(queue.owed_write_backs) +
                                 " Moodle ids are still to be written into Drupal");
}

}  // namespace

void print_status_text(const StatusReport& report, std::ostream& out, ops::Look look) {
  Page page(out, look);
  page.heading(report.drupal_url + " -> " + report.moodle_url);
  print_daemons(report, page);
  print_guard(report, page);
  print_pauses(report.pauses, page);
  print_brake(report.held, page);
  page.row("Changes", report.queue.changes == 0
                          ? "all taken in"
                          : std::to_string(report.queue.changes) + " not taken in yet");
  print_lanes(report.queue, page);
  print_reasons(report.queue, page);
  print_links(report.queue, page);
}

std::string status_line(const StatusReport& report) {
  std::map<std::string, std::int64_t, std::less<>> by_state;
  for (const auto& [component, lane] : lanes(report.queue)) {
    for (const auto& [state, count] : lane.by_state) by_state[state] += count;
  }
  std::string line = "daemons=" + std::to_string(running(report).size()) +
                     " changes=" + std::to_string(report.queue.changes) +
                     " tasks=" + std::to_string(total(report.queue));
  for (const std::string_view state : kStates) {
    line.append(" ").append(state).append("=").append(std::to_string(by_state[std::string(state)]));
  }
  std::int64_t settled = 0;
  bool moodle_away = false;
  for (const Presence* daemon : running(report)) {
    settled += daemon->settled;
    moodle_away = moodle_away || !daemon->moodle_ready;
  }
  line += " per_minute=" + std::to_string(settled);
  if (moodle_away) line += " moodle=away";
  if (!report.held.empty()) line += " brake=holds";
  if (!report.pauses.empty()) line += " paused=" + std::to_string(report.pauses.size());
  if (!report.guard_objections.empty()) line += " guard=refuses";
  return line;
}

}  // namespace moodlesync::app
