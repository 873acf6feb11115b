#include "e2e/demo/edits.h"

namespace moodlesync::demo {

namespace {

using testsupport::DrupalSite;

void edit_categories(Stage& stage) {
  DrupalSite& drupal = stage.drupal();
  const auto& sections = stage.campus().sections();
  stage.edit(
      "A category is renamed",
      [&] {
        drupal.save_term(sections[1], {.base = {{"name", "Bildende Künste"}}});
      },
      [&] { return stage.category(sections[1]).name == "Bildende Künste"; });
  stage.edit(
      "A category moves to another faculty",
      [&] {
        drupal.save_term(sections[2], {.fields = {{"parent", {sections[20]}}}});
      },
      [&] { return stage.category(sections[2]).parent == stage.category(sections[20]).id; });
  stage.edit(
      "A description is cleared",
      [&] {
        drupal.save_term(sections[0], {.fields = {{"field_description", {}}}});
      },
      [&] { return stage.category(sections[0]).description.empty(); });
}

/// The courses that name the category are saved by nobody.
void delete_category(Stage& stage) {
  const auto& sections = stage.campus().sections();
  const std::int64_t doomed = sections.back();
  const std::int64_t course = stage.campus().courses()[sections.size() - 2];
  stage.edit(
      "A category is deleted: to the trash bin, its courses to the fallback",
      [&] { stage.drupal().remove("taxonomy_term", {doomed}); },
      [&] {
        return stage.category(doomed).parent == stage.rig().trash_bin() &&
               stage.course(course).category == 1;
      });
}

void edit_values(Stage& stage) {
  DrupalSite& drupal = stage.drupal();
  const auto& courses = stage.campus().courses();
  stage.edit(
      "A course gets a new title with tags in it",
      [&] {
        drupal.save_node(courses[9], {.base = {{"title", "Seminar <b>neu</b> & <i>frei</i>"}}},
                         {.new_revision = true});
      },
      [&] { return stage.course(courses[9]).fullname == "Seminar neu & frei"; });
  stage.edit(
      "A course is hidden",
      [&] {
        drupal.save_node(courses[10], {.fields = {{"field_visible", {"0"}}}});
      },
      [&] { return stage.course(courses[10]).visible == 0; });
  stage.edit(
      "Both custom fields of a course change",
      [&] {
        drupal.save_node(courses[11],
                         {.fields = {{"field_ects", {"30"}}, {"field_lecturer", {"Dr. Gauß"}}}});
      },
      [&] {
        sim::Course course = stage.course(courses[11]);
        return course.customfields["ects"] == "30" && course.customfields["lecturer"] == "Dr. Gauß";
      });
  stage.edit(
      "A course moves to another category",
      [&] {
        drupal.save_node(courses[12],
                         {.fields = {{"field_category", {stage.campus().sections()[5]}}}});
      },
      [&] {
        return stage.course(courses[12]).category ==
               stage.category(stage.campus().sections()[5]).id;
      });
  stage.edit(
      "A course is deleted", [&] { drupal.remove("node", {courses[13]}); },
      [&] { return stage.course(courses[13]).id == 0; });
}

void add_course_in_new_category(Stage& stage) {
  std::int64_t section = 0;
  std::int64_t course = 0;
  stage.edit(
      "A new course in a new category",
      [&] {
        section = stage.drupal().create_term("sections", "Zentrum für Übersetzen");
        course = stage.drupal().create_node("course", "Gebärdensprache I",
                                            {{"field_shortname", {"GEB-1"}},
                                             {"field_visible", {"1"}},
                                             {"field_category", {section}}});
      },
      [&] {
        const sim::Course there = stage.course(course);
        return there.id != 0 && there.category == stage.category(section).id;
      });
}

void wipe_an_id(Stage& stage, std::int64_t nid) {
  const std::string id = stage.drupal().load({"node", nid}).text("field_moodle_id");
  stage.edit(
      "A stale form wipes field_moodle_id: it is put back in Drupal",
      [&] {
        stage.drupal().save_node(nid, {.fields = {{"field_moodle_id", {}}}});
      },
      [&] {
        return stage.drupal().load_from_tables({"node", nid}).text("field_moodle_id") == id;
      });
}

void save_without_a_change(Stage& stage, std::int64_t nid) {
  stage.expect(stage.wait_until_idle());
  const int before = stage.moodle().count();
  stage.drupal().save_node(nid, {}, {.new_revision = true});
  stage.expect(stage.wait_until_idle());
  const int calls = stage.moodle().count() - before;
  Stage::say("A save that changes nothing makes " + std::to_string(calls) + " calls");
  stage.expect(calls == 0);
}

}  // namespace

void edit_courses(Stage& stage) {
  stage.step("Editors at work on courses");
  edit_categories(stage);
  delete_category(stage);
  edit_values(stage);
  add_course_in_new_category(stage);
  wipe_an_id(stage, stage.campus().courses()[14]);
  save_without_a_change(stage, stage.campus().courses()[15]);
}

}  // namespace moodlesync::demo
