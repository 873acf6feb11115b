#include <gtest/gtest.h>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::Fields;
using testsupport::SyncRig;

class CourseSync : public testing::Test {
 protected:
  std::int64_t node(const std::string& title, const std::string& shortname, Fields fields = {}) {
    fields["field_shortname"] = {shortname};
    if (!fields.contains("field_visible")) fields["field_visible"] = {"1"};
    return rig_.drupal().create_node("course", title, std::move(fields));
  }
  sim::Course course(std::int64_t nid) {
    const auto state = rig_.moodle().state();
    const sim::Course* found = state->course_with_idnumber(std::to_string(nid));
    return found == nullptr ? sim::Course{} : *found;
  }
  SyncRig rig_;
};

TEST_F(CourseSync, CreatesACourseAndWritesItsIdBack) {
  const std::int64_t nid = node("Algebra", "ALG");
  rig_.sync();
  EXPECT_EQ(course(nid).fullname, "Algebra");
  EXPECT_EQ(rig_.shown_id({"node", nid}), std::to_string(course(nid).id));
}

TEST_F(CourseSync, MakesNoCallForAnUnchangedSave) {
  const std::int64_t nid = node("Algebra", "ALG");
  rig_.sync();
  (void)rig_.calls_since_last_look();
  rig_.drupal().save_node(nid, {}, {.new_revision = true});
  rig_.sync();
  EXPECT_EQ(rig_.calls_since_last_look(), 0);
}

TEST_F(CourseSync, DoesNotHearItsOwnWriteBack) {
  node("Algebra", "ALG");
  rig_.sync();
  EXPECT_EQ(rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.change"), 0);
  (void)rig_.calls_since_last_look();
  rig_.skip_waits();
  rig_.sync();
  EXPECT_EQ(rig_.calls_since_last_look(), 0);
  EXPECT_EQ(rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.change"), 0);
}

TEST_F(CourseSync, NeverWritesACopiedNodeIntoTheCourseOfItsOriginal) {
  const std::int64_t nid = node("Algebra", "ALG");
  rig_.sync();
  const std::string id = std::to_string(course(nid).id);
  const std::int64_t copy = node("Algebra (copy)", "ALG2", {{"field_moodle_id", {id}}});
  rig_.sync();
  EXPECT_EQ(course(nid).fullname, "Algebra");
  EXPECT_EQ(course(copy).id, 0);
  EXPECT_EQ(rig_.tasks("parked"), 1);
  rig_.drupal().save_node(copy, {.fields = {{"field_moodle_id", {}}}});
  rig_.sync();
  EXPECT_EQ(course(copy).fullname, "Algebra (copy)");
  EXPECT_EQ(course(nid).fullname, "Algebra");
}

TEST_F(CourseSync, SkipsACourseThatMoodleDoesNotKnowAlsoWhileItsDebuggingIsOn) {
  rig_.moodle().change_settings([](sim::Settings& settings) { settings.debug = 15; });
  node("Algebra", "ALG", {{"field_moodle_id", {"999"}}});
  rig_.sync();
  EXPECT_EQ(rig_.tasks("parked"), 0);
  EXPECT_EQ(
      rig_.drupal().sql().cell("SELECT skipped FROM moodle_sync.link WHERE component = 'course'"),
      "unknown_id");
}

TEST_F(CourseSync, SendsOnlyWhatChanged) {
  const std::int64_t nid = node("Algebra", "ALG");
  rig_.sync();
  rig_.drupal().save_node(nid, {.base = {{"title", "Algebra II"}}});
  rig_.sync();
  const auto calls = rig_.moodle().calls("core_course_update_courses");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].variable("courses[0][fullname]"), "Algebra II");
  EXPECT_EQ(calls[0].variable("courses[0][shortname]"), "");
  EXPECT_EQ(course(nid).fullname, "Algebra II");
}

TEST_F(CourseSync, CarriesVisibleZero) {
  const std::int64_t nid = node("Hidden", "HID", {{"field_visible", {"0"}}});
  rig_.sync();
  EXPECT_EQ(course(nid).visible, 0);
  rig_.drupal().save_node(nid, {.fields = {{"field_visible", {"1"}}}});
  rig_.sync();
  EXPECT_EQ(course(nid).visible, 1);
  rig_.drupal().save_node(nid, {.fields = {{"field_visible", {"0"}}}});
  rig_.sync();
  EXPECT_EQ(course(nid).visible, 0);
}

TEST_F(CourseSync, SendsBothCustomFields) {
  const std::int64_t nid =
      node("Algebra", "ALG", {{"field_ects", {"6"}}, {"field_lecturer", {"Dr. Noether"}}});
  rig_.sync();
  EXPECT_EQ(course(nid).customfields.at("ects"), "6");
  EXPECT_EQ(course(nid).customfields.at("lecturer"), "Dr. Noether");
}

TEST_F(CourseSync, TurnsDatesIntoUnixTimeAndClearsThem) {
  const std::int64_t nid =
      node("Dated", "DAT",
           {{"field_start", {"2026-03-01T08:00:00"}}, {"field_end", {"2026-07-31T20:00:00"}}});
  rig_.sync();
  EXPECT_EQ(course(nid).startdate, 1772352000);
  EXPECT_EQ(course(nid).enddate, 1785528000);
  rig_.drupal().save_node(nid, {.fields = {{"field_end", {}}}});
  rig_.sync();
  EXPECT_EQ(course(nid).enddate, 0);
}

TEST_F(CourseSync, WaitsForItsCategoryAndFollowsIt) {
  const std::int64_t arts = rig_.drupal().create_term("sections", "Arts");
  const std::int64_t laws = rig_.drupal().create_term("sections", "Laws");
  const std::int64_t nid = node("Algebra", "ALG", {{"field_category", {arts}}});
  rig_.sync();
  const auto category_of = [&](std::int64_t tid) {
    return rig_.moodle().state()->category_with_idnumber(std::to_string(tid))->id;
  };
  EXPECT_EQ(course(nid).category, category_of(arts));
  rig_.drupal().save_node(nid, {.fields = {{"field_category", {laws}}}});
  rig_.sync();
  EXPECT_EQ(course(nid).category, category_of(laws));
  EXPECT_EQ(rig_.tasks("waiting"), 0);
}

TEST_F(CourseSync, DuplicatesItsTemplateAndThenUpdatesTheCopy) {
  rig_.campus().add_templates(1);
  const std::int64_t nid = node("From template", "TPL",
                                {{"field_template", {rig_.campus().templates()[0]}},
                                 {"field_summary", {"<p>Own</p>"}},
                                 {"field_ects", {"3"}}});
  rig_.sync();
  EXPECT_EQ(rig_.moodle().count("core_course_duplicate_course"), 1);
  EXPECT_EQ(course(nid).fullname, "From template");
  EXPECT_EQ(course(nid).summary, "<p>Own</p>");
  EXPECT_EQ(course(nid).customfields.at("ects"), "3");
}

TEST_F(CourseSync, DoesNotLetADuplicationDelayOtherWork) {
  rig_.campus().add_templates(1);
  rig_.sync();
  auto gate = rig_.moodle().hold("core_course_duplicate_course");
  node("Slow", "SLOW", {{"field_template", {rig_.campus().templates()[0]}}});
  const std::int64_t quick = node("Quick", "QUICK");
  bool quick_was_done = false;
  std::thread release([&] {
    (void)gate.wait_for(1);
    for (int i = 0; i < 200 && course(quick).id == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    quick_was_done = course(quick).id != 0;
    gate.release();
  });
  rig_.sync();
  release.join();
  EXPECT_TRUE(quick_was_done) << "while the duplication was held";
}

TEST_F(CourseSync, DeletesTheCourseOfADeletedNode) {
  const std::int64_t nid = node("Doomed", "DOOM");
  rig_.sync();
  const sim::Id id = course(nid).id;
  rig_.drupal().remove("node", {nid});
  rig_.sync();
  EXPECT_FALSE(rig_.moodle().state()->courses.contains(id));
  EXPECT_EQ(rig_.drupal().sql().number("SELECT count(*) FROM moodle_sync.link"), 0);
}

TEST_F(CourseSync, LetsTheNewerValuesWinWhenAnEditorSavesDuringTheConversation) {
  const std::int64_t nid = node("First", "ALG");
  bool saved = false;
  rig_.moodle().on_call([&](const sim::Call& call) {
    if (call.function != "core_course_create_courses" || std::exchange(saved, true)) return;
    rig_.drupal().save_node(nid, {.base = {{"title", "Second"}}});
  });
  rig_.sync();
  EXPECT_TRUE(saved);
  EXPECT_EQ(course(nid).fullname, "Second");
}

TEST_F(CourseSync, BringsAWholeCampusInStep) {
  rig_.campus().add_sections();
  rig_.campus().add_templates(3);
  rig_.campus().add_courses(60, 12);
  const std::vector<std::string> none;
  EXPECT_EQ(rig_.differences_after_sync(), none);
}

TEST(CourseSyncElsewhere, WorksWithATablePrefixAndAnotherSchema) {
  SyncRig::Options options;
  options.drupal.schema = "cms";
  options.drupal.prefix = "dr_";
  SyncRig rig(options);
  rig.campus().add_sections();
  rig.campus().add_courses(10);
  const std::vector<std::string> none;
  EXPECT_EQ(rig.differences_after_sync(), none);
}

TEST_F(CourseSync, GoesToTheFallbackCategoryWhenTheTermOfItsOwnIsDeleted) {
  const std::int64_t tid = rig_.drupal().create_term("sections", "Mathematics");
  const std::int64_t nid = node("Algebra", "ALG", {{"field_category", {tid}}});
  rig_.sync();
  ASSERT_NE(course(nid).category, 1);
  rig_.drupal().remove("taxonomy_term", {tid});
  rig_.sync();
  EXPECT_EQ(course(nid).category, 1) << "not in the trash bin with its category";
}

}  // namespace
}  // namespace moodlesync
