#include "app/status_command.h"

#include <csignal>
#include <utility>

#include "app/guard_view.h"

namespace moodlesync::app {

namespace {

/// To the upper left corner, and nothing of what stood there is left.
constexpr std::string_view kStartOver = "\x1b[H\x1b[2J\x1b[3J";

/// Waits until it is time again; false after Ctrl-C or SIGTERM, so that the end is an end and not a
/// crash.
std::function<bool()> until_told(std::chrono::milliseconds interval) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  return [stop, interval] {
    const auto whole = std::chrono::floor<std::chrono::seconds>(interval);
    const timespec time{.tv_sec = whole.count(),
                        .tv_nsec = std::chrono::nanoseconds(interval - whole).count()};
    return sigtimedwait(&stop, nullptr, &time) < 0;
  };
}

void show(const StatusReport& report, bool json, Console console) {
  if (json) {
    console.out << status_json(report).dump(-1, ' ', false,
                                            nlohmann::ordered_json::error_handler_t::replace)
                << "\n";
  } else if (console.look.terminal) {
    console.out << kStartOver;
    print_status_text(report, console.out, console.look);
    console.out << "\nCtrl-C ends this\n";
  } else {
    console.out << status_line(report) << "\n";
  }
  console.out.flush();
}

}  // namespace

Result<StatusReport> look_at(const Settings& settings, DrupalDatabase& database) {
  StatusReport report;
  report.drupal_url = settings.engine.site_url;
  report.moodle_url = settings.moodle.base_url;
  auto objections = guard_view(settings, database.site());
  if (!objections) return std::move(objections).error();
  report.guard_objections = *std::move(objections);
  auto stats = database.queue().stats();
  if (!stats) return std::move(stats).error();
  report.queue = *std::move(stats);
  auto held = database.removals().held();
  if (!held) return std::move(held).error();
  report.held = *std::move(held);
  auto pauses = database.pauses().list();
  if (!pauses) return std::move(pauses).error();
  report.pauses = *std::move(pauses);
  auto daemons = database.presence().list();
  if (!daemons) return std::move(daemons).error();
  report.daemons = *std::move(daemons);
  return report;
}

void watch(const std::function<Result<StatusReport>()>& look, const std::function<bool()>& wait,
           bool json, Console console) {
  do {
    const auto report = look();
    if (report) {
      show(*report, json, console);
    } else {
      console.err << "moodle-syncd: " << report.error().message << "; looking again\n";
    }
  } while (wait());
}

ExitCode status(const Invocation& invocation, const Rooms& rooms, Console console) {
  const auto settings = settings_or_complaint(invocation, rooms, console);
  if (!settings) return ExitCode::kConfig;
  const auto database = open(*settings, rooms);
  if (!database) return complain(database.error(), console);
  const auto look = [&] { return look_at(*settings, **database); };
  if (invocation.watch) {
    watch(look, until_told(invocation.interval), invocation.json, console);
    return ExitCode::kOk;
  }
  const auto report = look();
  if (!report) return complain(report.error(), console);
  if (invocation.json) {
    print_status_json(*report, console.out);
  } else {
    print_status_text(*report, console.out, console.look);
  }
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
