// The daemon's memory while nothing, a lot and very much is queued.
#include <csignal>
#include <fstream>
#include <sstream>

#include "measurements.h"
#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync::bench {

namespace {

/// "VmHWM" and the like of a process, in megabytes.
double process_megabytes(pid_t process, const std::string& key) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key + ":")) continue;
    std::istringstream numbers(line.substr(key.size() + 1));
    double kilobytes = 0;
    numbers >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

}  // namespace

void measure_memory(const Scale& scale, BenchTable& table) {
  testsupport::DaemonRig rig(MOODLE_SYNCD);
  const int courses = scale.of(1'000);
  rig.campus().add_courses(courses, 0);
  rig.install();
  const auto is_done = [&] {
    return rig.drupal().sql().number(
               "SELECT (SELECT count(*) FROM moodle_sync.change) + (SELECT "
               "count(*) FROM moodle_sync.task)") == 0 &&
           rig.drupal().sql().number(
               "SELECT count(*) FROM moodle_sync.link WHERE moodle_id IS "
               "NOT NULL AND write_back = 0 AND component = 'course'") == courses;
  };
  /// Starts the daemon and stops it when it is in step; seconds.
  const auto work_off = [&](const std::string& what) {
    const int before = rig.moodle().count();
    const auto start = std::chrono::steady_clock::now();
    rig.start();
    const auto is_in_step = [&] { return rig.moodle().count() > before && is_done(); };
    if (!testsupport::DaemonRig::wait_until(is_in_step, std::chrono::minutes{15}))
      throw std::runtime_error("the queue was never empty");
    const double seconds = seconds_since(start);
    table.at_most("resident memory at most, " + what,
                  process_megabytes(rig.daemon().pid(), "VmHWM"), "MB", 30);
    static_cast<void>(rig.stop(SIGTERM));
    return seconds;
  };
  static_cast<void>(work_off("first load of " + std::to_string(courses) + " courses"));
  for (const int queued : {0, scale.of(100'000), scale.of(1'000'000)}) {
    // Ids that Drupal does not have: each is read, found gone, and done.
    rig.drupal().sql().script(
        "INSERT INTO moodle_sync.change (entity_type, entity_id, bundle, op) SELECT 'node', "
        "1000000 + i, 'course', 'U' FROM generate_series(1, " +
        std::to_string(queued) + ") i");
    const double seconds = work_off(std::to_string(queued) + " queued");
    if (queued > 0) table.tell("  entities that are gone", queued / seconds, "changes/s");
  }
}

}  // namespace moodlesync::bench
