// The daemon's main job, end to end and in words: a Drupal site with 40 categories, 200 courses,
// 2,000 users and 6,000 registrations, a Moodle, and moodle-syncd between them while editors work.
// Exits with 1 if an edit does not arrive or the two sides differ at the end.
#include <csignal>
#include <cstdio>

#include "e2e/demo/edits.h"
#include "e2e/demo/stage.h"

namespace moodlesync::demo {

namespace {

bool install(Stage& stage) {
  stage.step("moodle-syncd install");
  const testsupport::Finished installed = stage.rig().command({"install"});
  std::printf("%s", installed.output.c_str());
  if (installed.code != 0)
    std::printf("FAILED with exit code %s\n", std::to_string(installed.code).c_str());
  return installed.code == 0;
}

void tell_first_load(Stage& stage, Stage::Clock::time_point start) {
  const double seconds = Stage::seconds_since(start);
  const int calls = stage.moodle().count();
  const auto state = stage.moodle().state();
  char line[300];
  std::snprintf(line, sizeof line,
                "%zu categories, %zu courses, %zu users, %zu cohorts with %zu members and %zu "
                "enrolments",
                state->categories.size(), state->courses.size(), state->users.size(),
                state->cohorts.size(), state->cohort_members.size(), state->enrolments.size());
  Stage::say(line);
  std::snprintf(line, sizeof line, "are in step after %.1f s and %d calls to Moodle.", seconds,
                calls);
  Stage::say(line);
}

bool first_load(Stage& stage) {
  stage.step("moodle-syncd run");
  const auto start = Stage::Clock::now();
  stage.rig().start();
  if (!stage.wait_until_in_step()) return false;
  tell_first_load(stage, start);
  return true;
}

int finish(Stage& stage, int calls_before) {
  stage.step("SIGTERM, and both sides compared entity by entity, field by field");
  const bool is_in_step = stage.wait_until_in_step();
  if (stage.rig().stop(SIGTERM) != 0) {
    stage.fail("the daemon did not stop cleanly");
    return 1;
  }
  if (!is_in_step || !stage.differences().empty()) {
    stage.fail("Drupal and Moodle differ");
    return 1;
  }
  if (!stage.is_well()) {
    stage.fail("an edit did not arrive");
    return 1;
  }
  Stage::say("The daemon ended cleanly; all edits cost " +
             std::to_string(stage.moodle().count() - calls_before) +
             " calls. Drupal and Moodle agree about everything.");
  return 0;
}

int run() {
  Stage stage;
  stage.build();
  if (!install(stage)) return 1;
  if (!first_load(stage)) {
    stage.fail("the first load did not come to an end");
    return 1;
  }
  const int calls_before = stage.moodle().count();
  edit_courses(stage);
  edit_people(stage);
  edit_many(stage);
  return finish(stage, calls_before);
}

}  // namespace

}  // namespace moodlesync::demo

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return moodlesync::demo::run();
}
