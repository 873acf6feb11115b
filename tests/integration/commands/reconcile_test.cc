#include "app/reconcile_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/commands/command_rig.h"

namespace moodlesync {
namespace {

using app::ExitCode;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::CommandRig;

class ReconcileTest : public testing::Test {
 protected:
  ReconcileTest() {
    section_ = rig_.drupal().create_term("sections", "Arts");
    for (const char* title : {"Harmony", "Rhythm", "Melody"}) {
      courses_.push_back(rig_.drupal().create_node(
          "course", title, {{"field_shortname", {title}}, {"field_category", {section_}}}));
    }
    rig_.rig().sync();
    rig_.moodle().clear_calls();
  }
  sim::Id id_of(std::size_t n) {
    return rig_.moodle().state()->course_with_idnumber(std::to_string(courses_[n]))->id;
  }
  CommandRig rig_;
  std::int64_t section_ = 0;
  std::vector<std::int64_t> courses_;
};

TEST_F(ReconcileTest, FindsNothingWhereBothSidesAgree) {
  EXPECT_EQ(rig_.run(&app::reconcile), ExitCode::kOk) << rig_.out() << rig_.err();
  EXPECT_EQ(rig_.out(), "Compared: 4; all as Drupal says\n");
  EXPECT_THAT(rig_.writes(), IsEmpty());
  const auto categories = static_cast<int>(rig_.moodle().state()->categories.size());
  constexpr int kSources = 2;  // Courses and templates.
  EXPECT_EQ(rig_.moodle().count("core_course_get_courses_by_field"), 1 + kSources * categories)
      << "one call for all that Drupal has, one for what stands in each category";
}

TEST_F(ReconcileTest, FindsWhatSomebodyChangedInMoodleAndMendsIt) {
  const sim::Id id = id_of(1);
  {
    const auto state = rig_.moodle().state();
    sim::Course course = *state->courses.find(id);
    course.fullname = "Spoilt";
    state->courses.update(course);
    sim::Category category = *state->category_with_idnumber(std::to_string(section_));
    category.name = "Crafts";
    state->categories.update(category);
  }
  EXPECT_EQ(rig_.run(&app::reconcile), ExitCode::kDiffers);
  EXPECT_THAT(rig_.out(), HasSubstr("fullname: Moodle has \"Spoilt\", Drupal \"Rhythm\""));
  EXPECT_THAT(rig_.out(), HasSubstr("name: Moodle has \"Crafts\", Drupal \"Arts\""));
  EXPECT_EQ(rig_.rig().tasks("pending"), 0) << "it only reports";

  EXPECT_EQ(rig_.run(&app::reconcile, {.json = true, .fix = true}), ExitCode::kDiffers);
  EXPECT_EQ(rig_.json().at("queued"), 2);
  EXPECT_THAT(rig_.writes(), IsEmpty()) << "the daemon writes, not the command";
  rig_.rig().sync();
  EXPECT_EQ(rig_.moodle().state()->courses.find(id)->fullname, "Rhythm");
  EXPECT_EQ(
      rig_.moodle().calls("core_course_update_courses").at(0).variable("courses[0][shortname]"), "")
      << "only what differed";
  EXPECT_EQ(rig_.run(&app::reconcile), ExitCode::kOk) << rig_.out();
}

TEST_F(ReconcileTest, NamesACourseThatIsGoneFromMoodle) {
  const sim::Id id = id_of(0);
  rig_.moodle().state()->remove_course(id);
  EXPECT_EQ(rig_.run(&app::reconcile, {.csv = true}), ExitCode::kDiffers);
  EXPECT_THAT(rig_.out(), HasSubstr("missing,course,courses,node:" + std::to_string(courses_[0])));
}

TEST_F(ReconcileTest, NamesWhatWasNeverMadeAndWhatIsLeftOver) {
  rig_.drupal().remove("node", {courses_[2]});
  const auto fresh = rig_.drupal().create_node("course", "Rondo", {{"field_shortname", {"Rondo"}}});
  EXPECT_EQ(rig_.run(&app::reconcile, {.fix = true}), ExitCode::kDiffers);
  EXPECT_THAT(rig_.out(),
              HasSubstr("left over  course/courses node:" + std::to_string(courses_[2])));
  EXPECT_THAT(rig_.out(), HasSubstr("missing  course/courses node:" + std::to_string(fresh)));
  rig_.rig().sync();
  EXPECT_EQ(rig_.run(&app::reconcile), ExitCode::kOk) << rig_.out();
}

TEST_F(ReconcileTest, RefusesWhenReadsCannotBeBelieved) {
  rig_.moodle().change_settings(
      [](sim::Settings& settings) { settings.account_state = "forcepasswordchangenotice"; });
  EXPECT_NE(rig_.run(&app::reconcile), ExitCode::kOk);
  EXPECT_EQ(rig_.out(), "");
}

}  // namespace
}  // namespace moodlesync
