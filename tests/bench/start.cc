// From the start of the program to READY: configuration, database, guard, token and Moodle looked
// at.
#include <algorithm>
#include <csignal>

#include "measurements.h"
#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync::bench {

namespace {

constexpr int kStarts = 21;

}  // namespace

void measure_start(const Scale& scale, BenchTable& table) {
  testsupport::DaemonRig rig(MOODLE_SYNCD);
  rig.install();
  std::vector<double> waits;
  const int starts = std::max(3, scale.of(kStarts));
  for (int i = 0; i < starts; ++i) {
    const std::size_t told = rig.log_text().size();
    const auto start = std::chrono::steady_clock::now();
    rig.start();
    const auto is_ready = [&] {
      return rig.log_text().find("Moodle answers", told) != std::string::npos;
    };
    if (!testsupport::DaemonRig::wait_until(is_ready)) throw std::runtime_error("never ready");
    waits.push_back(seconds_since(start) * 1000);
    static_cast<void>(rig.stop(SIGTERM));
  }
  table.at_most("start of the program to ready, median", median(waits), "ms", 100);
  table.tell("  longest of " + std::to_string(starts), percentile(waits, 1), "ms");
}

}  // namespace moodlesync::bench
