// A site that the old module has filled: ids in field_moodle_id, and no link of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/plan_command.h"
#include "integration/commands/command_rig.h"

namespace moodlesync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::CommandRig;
using testsupport::SyncRig;

constexpr const char* kComponents = R"(
components:
  category:
    sources:
      - vocabulary: sections
  course:
    sources:
      - bundle: course
        fields: { fullname: title, shortname: field_shortname, visible: field_visible }
        customfields: { ects: field_ects }
        category: { field: field_category }
  users:
    sources:
      - fields: { firstname: field_first_name, lastname: field_last_name, city: field_city }
        customfields: { matriculation: field_matriculation }
        auth: manual
        password: createpassword
)";

SyncRig::Options options() {
  SyncRig::Options options;
  options.components = kComponents;
  options.sweeps = true;
  options.model = [](testsupport::DrupalSite& site) {
    site.add_vocabulary("sections");
    site.add_node_type("course");
    site.add_field({"taxonomy_term", {"sections"}, "field_description", "text_long"});
    for (const char* name : {"field_shortname", "field_ects"})
      site.add_field({"node", {"course"}, name, "string"});
    site.add_field({"node", {"course"}, "field_visible", "boolean"});
    site.add_field({"node", {"course"}, "field_category", "entity_reference", 1, "taxonomy_term"});
    for (const char* name : {"field_moodle_id", "field_first_name", "field_last_name", "field_city",
                             "field_matriculation"})
      site.add_field({"user", {"user"}, name, "string"});
  };
  return options;
}

class TakeoverTest : public testing::Test {
 protected:
  /// Fills both sites, lets Moodle know everything, and forgets all that is ours but the ids that
  /// stand in Drupal's fields.
  TakeoverTest() {
    section_ = rig_.drupal().create_term("sections", "Künste & Medien");
    for (int i = 0; i < 5; ++i) {
      const std::string name = "Course " + std::to_string(i);
      courses_.push_back(rig_.drupal().create_node("course", name,
                                                   {{"field_shortname", {name}},
                                                    {"field_visible", {"0"}},
                                                    {"field_ects", {"6"}},
                                                    {"field_category", {section_}}}));
      users_.push_back(
          rig_.drupal().create_user("user" + std::to_string(i),
                                    {{"field_first_name", {"Ada"}},
                                     {"field_last_name", {"Lovelace"}},
                                     {"field_matriculation", {"17"}}},
                                    {{"mail", "user" + std::to_string(i) + "@example.org"}}));
    }
    rig_.rig().sync();
    forget();
    rig_.moodle().clear_calls();
  }
  void forget() {
    for (const char* table : {"task", "link", "change"}) {
      rig_.drupal().sql().script(std::string("DELETE FROM moodle_sync.") + table);
    }
  }
  sim::Course moodle_course(std::size_t n) {
    return *rig_.moodle().state()->course_with_idnumber(std::to_string(courses_[n]));
  }

  void spoil(std::size_t n) {
    sim::Course course = moodle_course(n);
    course.fullname = "Spoilt";
    rig_.moodle().state()->courses.update(course);
  }

  CommandRig rig_{options()};
  std::int64_t section_ = 0;
  std::vector<std::int64_t> courses_;
  std::vector<std::int64_t> users_;
};

TEST_F(TakeoverTest, WritesNothingWhereBothSidesAgree) {
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), IsEmpty());
  EXPECT_EQ(rig_.rig().tasks("parked"), 1) << "Drupal's first user, who has no name";
  EXPECT_EQ(rig_.drupal().sql().number(
                "SELECT count(*) FROM moodle_sync.link WHERE moodle_id IS NOT NULL AND sent <> "
                "'{}'",
                {}),
            11);
}

TEST_F(TakeoverTest, DoesTheSameWithLinksThatInstallHasSeeded) {
  const auto& settings = rig_.rig().wiring().settings();
  ASSERT_TRUE(rig_.rig().wiring().database().installer().install(settings.sources(),
                                                                 "https://drupal.example"));
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), IsEmpty());
}

TEST_F(TakeoverTest, AsksForManyInOneCall) {
  rig_.rig().sync();
  EXPECT_EQ(rig_.moodle().count("core_course_get_courses_by_field"), 1);
}

TEST_F(TakeoverTest, SendsOnlyTheFieldThatDiffers) {
  spoil(2);
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), ElementsAre("core_course_update_courses x 1"));
  const auto calls = rig_.moodle().calls("core_course_update_courses");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].variable("courses[0][fullname]"), "Course 2");
  EXPECT_EQ(calls[0].variable("courses[0][shortname]"), "");
  EXPECT_EQ(moodle_course(2).fullname, "Course 2");
}

TEST_F(TakeoverTest, ShowsInAPlanWhatDiffersBeforeAnythingIsSent) {
  spoil(2);
  EXPECT_EQ(rig_.run(&app::plan, {.all = true}), app::ExitCode::kDiffers) << rig_.err();
  EXPECT_THAT(rig_.out(), HasSubstr("    fullname: \"Spoilt\" -> \"Course 2\"\n"));
  EXPECT_THAT(rig_.out(), HasSubstr("In all: update 1, park 1, unchanged 10\n"));
  EXPECT_THAT(rig_.writes(), IsEmpty());
}

TEST_F(TakeoverTest, MakesNothingTwiceWhenAnIdIsUnknownToMoodle) {
  const sim::Id id = moodle_course(1).id;
  rig_.moodle().state()->remove_course(id);
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), IsEmpty()) << "the others are in order, and that one is skipped";
  EXPECT_EQ(rig_.drupal().sql().number(
                "SELECT count(*) FROM moodle_sync.link WHERE skipped = 'unknown_id'", {}),
            1);
}

}  // namespace
}  // namespace moodlesync
