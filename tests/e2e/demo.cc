// The daemon's main job, end to end and in words: a Drupal site with some 40 categories and 200
// courses, a Moodle, and moodle-syncd between them while editors work. Exits with 1 if the two
// sides differ at the end.
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include "support/daemon_rig/daemon_rig.h"

namespace {

using namespace moodlesync;
using testsupport::DaemonRig;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Demo {
 public:
  int run() {
    build_the_site();
    if (!install()) return 1;
    if (!first_load()) return fail("the first load did not come to an end");
    edit_while_it_runs();
    return finish();
  }

 private:
  static void say(const std::string& text) { std::printf("%s\n", text.c_str()); }
  static void step(const std::string& text) { std::printf("\n%s\n", text.c_str()); }

  int fail(const std::string& why) {
    say("FAILED: " + why);
    for (const std::string& difference : rig_.differences()) say("  " + difference);
    say("The daemon's log:\n" + rig_.log_text());
    return 1;
  }

  void build_the_site() {
    step("1. A Drupal site on a PostgreSQL of its own, and a Moodle at " + rig_.moodle().url());
    rig_.campus().add_sections();
    doomed_section_ = rig_.drupal().create_term("sections", "Auslaufende Studiengänge");
    rig_.campus().add_templates(3);
    rig_.campus().add_courses(200);
    say("   " + std::to_string(rig_.campus().sections().size() + 1) +
        " categories on four levels, " + std::to_string(rig_.campus().courses().size()) +
        " courses (every 20th from one of 3 templates),");
    say("   with names like 'Künste & Medien', '<b>Ökonomie</b>' and 'a < b: Ordnungen'.");
  }

  bool install() {
    step("2. moodle-syncd install");
    const testsupport::Finished installed = rig_.command({"install"});
    std::printf("%s", installed.output.c_str());
    if (installed.code != 0) say("FAILED with exit code " + std::to_string(installed.code));
    return installed.code == 0;
  }

  bool first_load() {
    step("3. moodle-syncd run");
    const auto start = Clock::now();
    rig_.start();
    const bool in_step =
        DaemonRig::wait_until([&] { return in_step_now(); }, std::chrono::seconds{120});
    char line[200];
    std::snprintf(line, sizeof line,
                  "   %zu entities are in step after %.1f s and %d calls to Moodle.", entities(),
                  seconds_since(start), rig_.moodle().count());
    say(line);
    calls_before_ = rig_.moodle().count();
    return in_step;
  }

  /// Cheap questions first: the comparison reads everything.
  bool in_step_now() {
    if (rig_.moodle().state()->courses.size() < rig_.campus().courses().size()) return false;
    const bool owed = rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.task") > 0 ||
                      rig_.drupal().sql().number(
                          "SELECT count(*) FROM moodle_sync.link WHERE write_back = 1") > 0;
    return !owed && rig_.differences().empty();
  }

  std::size_t entities() {
    return rig_.campus().sections().size() + 1 + rig_.campus().templates().size() +
           rig_.campus().courses().size();
  }

  /// Does something as an editor and waits until Moodle shows it.
  void edit(const std::string& what, const std::function<void()>& save,
            const std::function<bool()>& arrived) {
    save();
    const auto saved = Clock::now();
    const bool there = DaemonRig::wait_until(arrived, std::chrono::seconds{20});
    char line[300];
    std::snprintf(line, sizeof line, "   %-62s %s after %4.0f ms", what.c_str(),
                  there ? "in Moodle" : "NOT THERE", seconds_since(saved) * 1000);
    say(line);
    all_arrived_ = all_arrived_ && there;
  }

  void edit_while_it_runs() {
    step("4. Editors at work");
    edit_sections();
    edit_courses();
  }

  void edit_sections() {
    testsupport::DrupalSite& drupal = rig_.drupal();
    const auto& sections = rig_.campus().sections();
    edit(
        "A category is renamed",
        [&] {
          drupal.save_term(sections[1], {.base = {{"name", "Bildende Künste"}}});
        },
        [&] { return category(sections[1]).name == "Bildende Künste"; });
    edit(
        "A category moves to another faculty",
        [&] {
          drupal.save_term(sections[2], {.fields = {{"parent", {sections[20]}}}});
        },
        [&] { return category(sections[2]).parent == category(sections[20]).id; });
    edit(
        "A description is cleared",
        [&] {
          drupal.save_term(sections[0], {.fields = {{"field_description", {}}}});
        },
        [&] { return category(sections[0]).description.empty(); });
    const sim::Id parent_before = category(doomed_section_).parent;
    edit(
        "A category is deleted (it goes to the trash bin)",
        [&] { drupal.remove("taxonomy_term", {doomed_section_}); },
        [&] { return category(doomed_section_).parent != parent_before; });
  }

  void edit_courses() {
    testsupport::DrupalSite& drupal = rig_.drupal();
    const auto& courses = rig_.campus().courses();
    edit(
        "A course gets a new title with tags in it",
        [&] {
          drupal.save_node(courses[9], {.base = {{"title", "Seminar <b>neu</b> & <i>frei</i>"}}},
                           {.new_revision = true});
        },
        [&] { return course(courses[9]).fullname == "Seminar neu & frei"; });
    edit(
        "A course is hidden",
        [&] {
          drupal.save_node(courses[10], {.fields = {{"field_visible", {"0"}}}});
        },
        [&] { return course(courses[10]).visible == 0; });
    edit(
        "Both custom fields of a course change",
        [&] {
          drupal.save_node(courses[11],
                           {.fields = {{"field_ects", {"30"}}, {"field_lecturer", {"Dr. Gauß"}}}});
        },
        [&] {
          return course(courses[11]).customfields["ects"] == "30" &&
                 course(courses[11]).customfields["lecturer"] == "Dr. Gauß";
        });
    edit(
        "A course moves to another category",
        [&] {
          drupal.save_node(courses[12],
                           {.fields = {{"field_category", {rig_.campus().sections()[5]}}}});
        },
        [&] { return course(courses[12]).category == category(rig_.campus().sections()[5]).id; });
    edit(
        "A new course in a new category", [&] { add_course_in_new_category(); },
        [&] {
          return course(new_course_).category == category(new_section_).id &&
                 course(new_course_).id != 0;
        });
    edit(
        "A course is deleted", [&] { drupal.remove("node", {courses[13]}); },
        [&] { return course(courses[13]).id == 0; });
    wipe_an_id(courses[14]);
    save_without_a_change(courses[15]);
  }

  void add_course_in_new_category() {
    new_section_ = rig_.drupal().create_term("sections", "Zentrum für Übersetzen");
    new_course_ = rig_.drupal().create_node("course", "Gebärdensprache I",
                                            {{"field_shortname", {"GEB-1"}},
                                             {"field_visible", {"1"}},
                                             {"field_category", {new_section_}}});
  }

  void wipe_an_id(std::int64_t nid) {
    const std::string id = rig_.drupal().load({"node", nid}).text("field_moodle_id");
    edit(
        "A stale form wipes field_moodle_id (it is put back in Drupal)",
        [&] {
          rig_.drupal().save_node(nid, {.fields = {{"field_moodle_id", {}}}});
        },
        [&] {
          return rig_.drupal().load_from_tables({"node", nid}).text("field_moodle_id") == id;
        });
  }

  void save_without_a_change(std::int64_t nid) {
    const auto drained = [&] {
      return rig_.drupal().sql().number(
                 "SELECT (SELECT count(*) FROM moodle_sync.change) + "
                 "(SELECT count(*) FROM moodle_sync.task)") == 0;
    };
    DaemonRig::wait_until(drained);
    const int before = rig_.moodle().count();
    rig_.drupal().save_node(nid, {}, {.new_revision = true});
    DaemonRig::wait_until(drained);
    const int calls = rig_.moodle().count() - before;
    say("   A save that changes nothing makes " + std::to_string(calls) + " calls");
    all_arrived_ = all_arrived_ && calls == 0;
  }

  sim::Category category(std::int64_t tid) {
    const auto state = rig_.moodle().state();
    const sim::Category* found = state->category_with_idnumber(std::to_string(tid));
    return found == nullptr ? sim::Category{} : *found;
  }
  sim::Course course(std::int64_t nid) {
    const auto state = rig_.moodle().state();
    const sim::Course* found = state->course_with_idnumber(std::to_string(nid));
    return found == nullptr ? sim::Course{} : *found;
  }

  int finish() {
    step("5. SIGTERM, and both sides compared field by field");
    DaemonRig::wait_until([&] { return rig_.differences().empty(); }, std::chrono::seconds{20});
    const auto code = rig_.stop(SIGTERM);
    if (code != 0) return fail("the daemon did not stop cleanly");
    const std::vector<std::string> differences = rig_.differences();
    if (!differences.empty()) return fail("Drupal and Moodle differ");
    if (!all_arrived_) return fail("an edit did not arrive");
    say("   The daemon ended cleanly; edits cost " +
        std::to_string(rig_.moodle().count() - calls_before_) +
        " calls. Drupal and Moodle agree about everything.");
    return 0;
  }

  // Roughly what a real Moodle 5.1 on two cores takes per request and per row.
  DaemonRig rig_{
      MOODLESYNC_DAEMON,
      {.per_request = std::chrono::milliseconds{30},
       .per_row = std::chrono::milliseconds{4},
       .per_call_of = {{"core_course_duplicate_course", std::chrono::milliseconds{700}}}}};
  int calls_before_ = 0;
  bool all_arrived_ = true;
  std::int64_t doomed_section_ = 0;
  std::int64_t new_section_ = 0;
  std::int64_t new_course_ = 0;
};

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return Demo().run();
}
