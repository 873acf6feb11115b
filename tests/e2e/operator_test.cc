// What an operator does about parked and held work, with the program itself.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testsupport::DaemonRig;

class OperatorTest : public testing::Test {
 protected:
  OperatorTest() { rig_.install(); }
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }
  nlohmann::json answer(std::vector<std::string> words) {
    words.emplace_back("--json");
    const auto finished = rig_.command(std::move(words));
    EXPECT_EQ(finished.code, 0) << finished.output;
    return nlohmann::json::parse(finished.output);
  }
  /// Twenty-five courses that Moodle has and Drupal no longer.
  void lose_courses() {
    rig_.campus().add_courses(25, 1000);
    ASSERT_EQ(rig_.command({"once"}).code, 0);
    ASSERT_EQ(courses(), 25U);
    rig_.drupal().remove("node", rig_.campus().courses());
  }
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(OperatorTest, AllowsARunningDaemonWhatTheBrakeHeld) {
  lose_courses();
  const auto once = rig_.command({"once"});
  EXPECT_EQ(once.code, 4) << once.output;
  EXPECT_NE(once.output.find("MS-303"), std::string::npos) << once.output;
  EXPECT_EQ(courses(), 25U);
  EXPECT_EQ(answer({"brake", "list"}).at("held").at(0).at("removals"), 25);
  EXPECT_EQ(answer({"status"}).at("brake").at(0).at("entities"), 25);

  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.log_text().find("still holds") != std::string::npos; }));
  EXPECT_EQ(courses(), 25U);
  EXPECT_EQ(answer({"brake", "allow", "course"}).at("allowed"), 25);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 0; }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  EXPECT_EQ(rig_.command({"once"}).code, 0);
}

TEST_F(OperatorTest, DropsWhatTheBrakeHeldOnlyWithAYes) {
  lose_courses();
  ASSERT_EQ(rig_.command({"once"}).code, 4);
  const auto asked = rig_.command({"brake", "drop"});
  EXPECT_EQ(asked.code, 64);
  EXPECT_NE(asked.output.find("Moodle keeps all of it"), std::string::npos) << asked.output;
  EXPECT_EQ(rig_.command({"brake", "drop", "--yes"}).code, 0);
  EXPECT_EQ(rig_.command({"once"}).code, 0) << "the sweep lets them be";
  EXPECT_EQ(courses(), 25U);
}

TEST_F(OperatorTest, SetsARunningDaemonToWorkOnWhatWasParked) {
  const sim::Id taken = rig_.moodle().create_course({.fullname = "X", .shortname = "A-1"});
  const auto nid = rig_.drupal().create_node("course", "Algebra", {{"field_shortname", {"A-1"}}});
  ASSERT_EQ(rig_.command({"once"}).code, 0);
  const std::string entity = "node:" + std::to_string(nid);
  const auto parked = answer({"parked", "show", entity});
  ASSERT_EQ(parked.at("total"), 1) << parked;
  EXPECT_EQ(parked.at("tasks").at(0).at("code"), "shortnametaken");

  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.log_text().find("Moodle answers") != std::string::npos; }));
  rig_.moodle().state()->remove_course(taken);
  EXPECT_EQ(answer({"parked", "retry", "--code", "shortnametaken"}).at("due_now"), 1);
  EXPECT_TRUE(DaemonRig::wait_until(
      [&] { return rig_.moodle().state()->course_with_idnumber(std::to_string(nid)) != nullptr; }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  EXPECT_EQ(answer({"parked", "list"}).at("total"), 0);
}

}  // namespace
}  // namespace moodlesync
