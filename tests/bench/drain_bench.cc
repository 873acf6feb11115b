// The whole road at a Moodle that takes no time: PostgreSQL, HTTP and ourselves. Sync time only;
// making the site is not counted.
#include <benchmark/benchmark.h>

#include "support/sync_rig/sync_rig.h"

namespace {

using moodlesync::testsupport::SyncRig;

constexpr int kCourses = 5'000;

void report(benchmark::State& state, SyncRig& rig, int calls_before) {
  state.SetItemsProcessed(state.iterations() * kCourses);
  state.counters["calls"] = rig.moodle().count() - calls_before;
}

/// Courses that Moodle does not have yet: create, link, write-back.
void BM_FirstLoad(benchmark::State& state) {
  SyncRig rig;
  rig.campus().add_sections();
  rig.sync();
  rig.campus().add_courses(kCourses, 0);
  const int before = rig.moodle().count();
  for (auto _ : state) rig.sync();
  report(state, rig, before);
}
BENCHMARK(BM_FirstLoad)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

/// Every course gets a new title, as a migration script would do it.
void BM_DrainOfChangedCourses(benchmark::State& state) {
  SyncRig rig;
  rig.campus().add_courses(kCourses, 0);
  rig.sync();
  rig.drupal().sql().script(
      "UPDATE node_field_data SET title = title || ' II', changed = changed + 10; UPDATE node SET "
      "uuid = uuid");
  const int before = rig.moodle().count();
  for (auto _ : state) rig.sync();
  report(state, rig, before);
}
BENCHMARK(BM_DrainOfChangedCourses)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

/// Saves that change nothing for Moodle: read, compared, done.
void BM_DrainOfUnchangedCourses(benchmark::State& state) {
  SyncRig rig;
  rig.campus().add_courses(kCourses, 0);
  rig.sync();
  rig.drupal().sql().script("UPDATE node SET uuid = uuid");
  const int before = rig.moodle().count();
  for (auto _ : state) rig.sync();
  report(state, rig, before);
}
BENCHMARK(BM_DrainOfUnchangedCourses)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

}  // namespace
