#include "app/plan_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/commands/command_rig.h"

namespace moodlesync {
namespace {

using app::ExitCode;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::CommandRig;

class PlanTest : public testing::Test {
 protected:
  std::int64_t section(const std::string& name, std::int64_t parent = 0) {
    const std::vector<std::int64_t> parents =
        parent == 0 ? std::vector<std::int64_t>{} : std::vector{parent};
    return rig_.drupal().create_term("sections", name, parents);
  }
  std::int64_t course(const std::string& title, std::int64_t section) {
    return rig_.drupal().create_node("course", title,
                                     {{"field_shortname", {title}}, {"field_category", {section}}});
  }
  /// All that the daemon keeps in the database, as a fingerprint.
  std::string state() {
    return rig_.drupal()
        .sql()
        .cell(
            "SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM ("
            "SELECT c::text AS t FROM moodle_sync.change c UNION ALL "
            "SELECT t::text FROM moodle_sync.task t UNION ALL "
            "SELECT l::text FROM moodle_sync.link l UNION ALL "
            "SELECT r::text FROM moodle_sync.removal r) AS t")
        .value_or("");
  }
  nlohmann::json entity(const nlohmann::json& answer, const std::string& component,
                        const std::string& name) {
    for (const auto& one : answer.at("entities")) {
      if (one.at("component") == component && one.at("entity") == name) return one;
    }
    ADD_FAILURE() << component << " " << name << " is not in " << answer.dump(1);
    return nlohmann::json::object();
  }
  static std::string term(std::int64_t id) { return "taxonomy_term:" + std::to_string(id); }
  static std::string node(std::int64_t id) { return "node:" + std::to_string(id); }

  CommandRig rig_;
};

TEST_F(PlanTest, ShowsANewTreeWithItsCoursesWithoutTouchingAnything) {
  const auto top = section("Arts");
  const auto below = section("Music", top);
  const auto nid = course("Harmony", below);
  const std::string before = state();
  rig_.moodle().clear_calls();
  EXPECT_EQ(rig_.run(&app::plan, {.json = true}), ExitCode::kDiffers) << rig_.err();
  EXPECT_THAT(rig_.writes(), IsEmpty());
  EXPECT_EQ(state(), before);
  const auto answer = rig_.json();
  EXPECT_EQ(entity(answer, "category", term(below)).at("action"), "create");
  const auto planned = entity(answer, "course", node(nid));
  EXPECT_EQ(planned.at("action"), "create");
  EXPECT_THAT(planned.at("fields").dump(),
              HasSubstr(R"({"from":null,"name":"categoryid","to":"new (taxonomy_term:)" +
                        std::to_string(below) + ")\"}"));
}

TEST_F(PlanTest, ShowsWhatAnEditWouldChangeFromWhatToWhat) {
  const auto here = section("Arts");
  const auto nid = course("Harmony", here);
  rig_.rig().sync();
  EXPECT_EQ(rig_.run(&app::plan), ExitCode::kOk) << rig_.out();
  rig_.drupal().save_node(nid, {.base = {{"title", "Counterpoint"}}});
  EXPECT_EQ(rig_.run(&app::plan), ExitCode::kDiffers);
  EXPECT_THAT(rig_.out(), HasSubstr("    fullname: \"Harmony\" -> \"Counterpoint\"\n"));
  EXPECT_THAT(rig_.out(), HasSubstr("In all: update 1\n"));
}

TEST_F(PlanTest, AgreesWithWhatTheDaemonThenDoes) {
  rig_.rig().campus().add_sections();
  rig_.rig().campus().add_courses(30, 0);
  EXPECT_EQ(rig_.run(&app::plan, {.json = true}), ExitCode::kDiffers);
  const auto totals = rig_.json().at("totals");
  rig_.rig().sync();
  EXPECT_EQ(totals.at("course").at("create"), 30);
  EXPECT_EQ(rig_.moodle().state()->courses.size() - 1, 30U);
  EXPECT_EQ(totals.at("category").at("create").get<std::size_t>(),
            rig_.rig().campus().sections().size());
  EXPECT_EQ(rig_.run(&app::plan, {.json = true, .all = true}), ExitCode::kOk) << rig_.out();
  EXPECT_EQ(rig_.json().at("totals").at("course").at("unchanged"), 30);
}

TEST_F(PlanTest, ShowsWhatADeletionWouldTakeAway) {
  const auto nid = course("Harmony", section("Arts"));
  rig_.rig().sync();
  rig_.drupal().remove("node", {nid});
  EXPECT_EQ(rig_.run(&app::plan), ExitCode::kDiffers);
  EXPECT_THAT(rig_.out(), HasSubstr("remove; takes away: delete"));
  EXPECT_EQ(rig_.moodle().state()->courses.size() - 1, 1U);
}

TEST_F(PlanTest, ShowsWhyATaskIsParked) {
  rig_.moodle().create_course({.fullname = "X", .shortname = "Harmony"});
  const auto nid = course("Harmony", section("Arts"));
  rig_.rig().sync();
  EXPECT_EQ(rig_.run(&app::plan, {.json = true}), ExitCode::kOk) << rig_.out();
  const auto parked = entity(rig_.json(), "course", node(nid));
  EXPECT_EQ(parked.at("action"), "park");
  EXPECT_EQ(parked.at("code"), "shortnametaken");
}

TEST_F(PlanTest, PlansForOneEntityWithWhatItNeeds) {
  const auto here = section("Arts");
  const auto nid = course("Harmony", here);
  course("Rhythm", here);
  EXPECT_EQ(rig_.run(&app::plan,
                     {.json = true, .all = true, .selection = {.entity = EntityRef{"node", nid}}}),
            ExitCode::kDiffers);
  EXPECT_EQ(rig_.json().at("entities").size(), 2U) << "the course, and the section it waits for";
}

}  // namespace
}  // namespace moodlesync
