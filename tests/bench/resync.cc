// A hundred thousand people: their first load, and looking at all of them again.
#include "bench_site.h"
#include "measurements.h"

namespace moodlesync::bench {

namespace {

/// As `moodle-syncd resync` does it; seconds.
double queue_everybody(Survey& survey) {
  constexpr int kSlice = 1000;
  const auto start = std::chrono::steady_clock::now();
  const ResyncWish wish{.selection = {.component = "users"}};
  auto progress = survey.open(wish, /*anew=*/true);
  while (progress && !progress->place.finished) progress = survey.queue(wish, *progress, kSlice);
  if (!progress) throw std::runtime_error(progress.error().message);
  return seconds_since(start);
}

}  // namespace

void measure_resync(const Scale& scale, BenchTable& table) {
  BenchSite site;
  const int people = scale.of(100'000);
  site.people().add_users(people);
  site.rig().drupal().sql().script("ANALYZE");
  const std::string who = std::to_string(people) + " people";
  table.tell("first load of " + who + " at a Moodle that takes no time", site.sync(), "s");
  table.tell("  calls to Moodle", site.moodle().count(), "");
  const int calls = site.moodle().count();
  table.tell("resync: queueing " + who, queue_everybody(site.rig().wiring().database().survey()),
             "s");
  table.tell("  looking at all of them again", site.sync(), "s");
  table.tell("  calls to Moodle", site.moodle().count() - calls, "");
}

}  // namespace moodlesync::bench
