#include "app/resync_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/commands/command_rig.h"

namespace moodlesync {
namespace {

using app::ExitCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::CommandRig;

class ResyncTest : public testing::Test {
 protected:
  std::int64_t course(const std::string& title) {
    return rig_.drupal().create_node("course", title, {{"field_shortname", {title}}});
  }
  CommandRig rig_;
};

TEST_F(ResyncTest, LooksAtEverythingAgainAndSendsNothingThatIsInOrder) {
  course("Harmony");
  course("Rhythm");
  rig_.rig().sync();
  rig_.moodle().clear_calls();
  EXPECT_EQ(rig_.run(&app::resync, {.json = true, .selection = {.component = "course"}}),
            ExitCode::kOk)
      << rig_.err();
  EXPECT_EQ(rig_.json().at("queued"), 2);
  EXPECT_EQ(rig_.rig().tasks("pending"), 2);
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), IsEmpty());
  EXPECT_EQ(rig_.rig().tasks("pending"), 0);
}

TEST_F(ResyncTest, BringsAnEntityInStepThatSqlHasChanged) {
  const auto nid = course("Harmony");
  rig_.rig().sync();
  rig_.drupal().sql().run("UPDATE node_field_data SET title = 'Counterpoint' WHERE nid = $1",
                          {std::to_string(nid)});
  EXPECT_EQ(rig_.run(&app::resync, {.selection = {.entity = EntityRef{"node", nid}}}),
            ExitCode::kOk);
  EXPECT_EQ(rig_.out(), "Queued: 1 task\n");
  rig_.rig().sync();
  EXPECT_EQ(rig_.moodle().state()->course_with_idnumber(std::to_string(nid))->fullname,
            "Counterpoint");
}

TEST_F(ResyncTest, SendsAllValuesAgainWhenAskedTo) {
  const auto nid = course("Harmony");
  rig_.rig().sync();
  sim::Course changed = *rig_.moodle().state()->course_with_idnumber(std::to_string(nid));
  changed.fullname = "Spoilt in Moodle";
  rig_.moodle().state()->courses.update(changed);
  rig_.moodle().clear_calls();
  EXPECT_EQ(rig_.run(&app::resync, {.selection = {.component = "course"}, .resend = true}),
            ExitCode::kOk);
  EXPECT_THAT(rig_.out(), HasSubstr("with all values"));
  rig_.rig().sync();
  EXPECT_THAT(rig_.writes(), ElementsAre("core_course_update_courses x 1"));
  EXPECT_EQ(rig_.moodle().state()->courses.find(changed.id)->fullname, "Harmony");
}

}  // namespace
}  // namespace moodlesync
