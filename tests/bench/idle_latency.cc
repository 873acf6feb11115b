// From Drupal's COMMIT to the first request at Moodle, when nothing else goes on.
#include <csignal>
#include <mutex>
#include <optional>

#include "measurements.h"
#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// When the first request since the last question came.
class FirstRequest {
 public:
  void note() {
    const std::lock_guard lock(mutex_);
    if (!at_) at_ = Clock::now();
  }
  [[nodiscard]] std::optional<Clock::time_point> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(at_, std::nullopt);
  }
  [[nodiscard]] bool has_come() {
    const std::lock_guard lock(mutex_);
    return at_.has_value();
  }

 private:
  std::mutex mutex_;
  std::optional<Clock::time_point> at_;
};

}  // namespace

void measure_idle_latency(const Scale& scale, BenchTable& table) {
  testsupport::DaemonRig rig(MOODLE_SYNCD);
  FirstRequest first;
  rig.campus().add_sections();
  rig.install();
  const auto started = Clock::now();
  rig.start();
  const auto idle = [&] {
    return rig.moodle().count("core_course_create_categories") > 0 &&
           rig.drupal().sql().number("SELECT count(*) FROM moodle_sync.task") == 0;
  };
  if (!testsupport::DaemonRig::wait_until(idle)) throw std::runtime_error("never idle");
  table.tell("from start to idle with 40 categories loaded", seconds_since(started), "s");

  rig.moodle().on_call([&](const sim::Call&) { first.note(); });
  std::vector<double> waits;
  for (int i = 0; i < scale.of(200); ++i) {
    static_cast<void>(first.take());
    const std::int64_t term = rig.campus().sections().at(static_cast<std::size_t>(i) % 40);
    Clock::time_point committed;
    rig.drupal().save_term(term, {.base = {{"name", "Name " + std::to_string(i)}}});
    committed = Clock::now();
    if (!testsupport::DaemonRig::wait_until([&] { return first.has_come(); })) continue;
    waits.push_back(std::chrono::duration<double, std::milli>(*first.take() - committed).count());
    static_cast<void>(testsupport::DaemonRig::wait_until(idle));
  }
  table.at_most("COMMIT in Drupal to request at Moodle, idle, median", median(waits), "ms", 10);
  table.at_most("COMMIT in Drupal to request at Moodle, idle, 99 %", percentile(waits, 0.99), "ms",
                50);
  static_cast<void>(rig.stop(SIGTERM));
}

}  // namespace moodlesync::bench
