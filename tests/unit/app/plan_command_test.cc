#include "app/plan_command.h"

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class PlanCommandTest : public CommandsTest {
 protected:
  TaskKey course(std::int64_t id, const std::string& title) {
    Entity entity;
    entity.ref = {"node", id};
    entity.exists = true;
    entity.fields["title"] = {{ValueType::kText, title}};
    state_.reader.set(entity);
    TaskKey key{"thing", "main", entity.ref};
    state_.survey.add_entity(key);
    return key;
  }
  void queued(const TaskKey& key) { state_.queue.add_task(key); }
  void linked(const TaskKey& key, const std::string& title) {
    Link link;
    link.moodle_id = MoodleId{7};
    link.sent["title"] = title;
    state_.queue.set_link(key, link);
  }
  void park(const TaskKey& key) {
    state_.queue.add_task(key);
    const auto tasks = state_.queue.claim({1, {"thing"}, std::chrono::seconds{60}});
    Settlement settlement;
    settlement.key = key;
    settlement.token = tasks->at(0).token;
    settlement.generation = tasks->at(0).generation;
    settlement.state = Settlement::State::kParked;
    settlement.code = "shortnametaken";
    settlement.message = "the short name is taken";
    ASSERT_TRUE(state_.queue.settle({&settlement, 1}));
  }
};

TEST_F(PlanCommandTest, SaysThatNothingIsQueued) {
  course(1, "Algebra");
  EXPECT_EQ(run(&plan), ExitCode::kOk);
  EXPECT_EQ(out(), "Nothing is queued\n");
}

TEST_F(PlanCommandTest, ShowsWhatIsQueuedFieldByField) {
  queued(course(1, "Algebra"));
  const TaskKey changed = course(2, "Geometry");
  linked(changed, "Geometrie");
  queued(changed);
  EXPECT_EQ(run(&plan), ExitCode::kDiffers);
  EXPECT_THAT(out(), HasSubstr("thing/main node:1  create\n    title: \"Algebra\"\n"));
  EXPECT_THAT(
      out(),
      HasSubstr("thing/main node:2 (7)  update\n    title: \"Geometrie\" -> \"Geometry\"\n"));
  EXPECT_THAT(out(), HasSubstr("In all: create 1, update 1\n"));
}

TEST_F(PlanCommandTest, ShowsEveryEntityWhenAskedTo) {
  linked(course(1, "Algebra"), "Algebra");
  course(2, "Geometry");
  EXPECT_EQ(run(&plan, {.all = true}), ExitCode::kDiffers);
  EXPECT_THAT(out(), HasSubstr("In all: create 1, unchanged 1\n"));
}

TEST_F(PlanCommandTest, EndsWellWhenNothingWouldChange) {
  linked(course(1, "Algebra"), "Algebra");
  EXPECT_EQ(run(&plan, {.all = true}), ExitCode::kOk);
  EXPECT_EQ(out(), "In all: unchanged 1\n");
}

TEST_F(PlanCommandTest, ShowsWhyATaskIsParked) {
  park(course(1, "Algebra"));
  EXPECT_EQ(run(&plan), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("node:1  park [shortnametaken] the short name is taken"));
  EXPECT_EQ(state_.queue.rows().begin()->second.state, "parked");
}

TEST_F(PlanCommandTest, AnswersAsJson) {
  const TaskKey changed = course(2, "Geometry");
  linked(changed, "Geometrie");
  queued(changed);
  EXPECT_EQ(run(&plan, {.json = true}), ExitCode::kDiffers);
  EXPECT_EQ(json().at("would_change"), true);
  EXPECT_EQ(json().at("totals").at("thing").at("update"), 1);
  const nlohmann::json entity = json().at("entities").at(0);
  EXPECT_EQ(entity.at("entity"), "node:2");
  EXPECT_EQ(entity.at("moodle_id"), 7);
  EXPECT_EQ(entity.at("action"), "update");
  EXPECT_EQ(entity.at("fields").at(0).at("from"), "Geometrie");
  EXPECT_EQ(entity.at("fields").at(0).at("to"), "Geometry");
}

TEST_F(PlanCommandTest, SaysThatTheGuardWouldRefuse) {
  state_.site.recorded().recorded.site_url = "https://elsewhere.example";
  queued(course(1, "Algebra"));
  EXPECT_EQ(run(&plan), ExitCode::kDiffers);
  EXPECT_THAT(err(), HasSubstr("A daemon would write nothing of this"));
}

TEST_F(PlanCommandTest, LeavesQueueAndLinksAlone) {
  const TaskKey key = course(1, "Algebra");
  queued(key);
  EXPECT_EQ(run(&plan), ExitCode::kDiffers);
  EXPECT_EQ(state_.queue.rows().at(key).state, "pending");
  EXPECT_TRUE(state_.queue.all_links().empty());
}

TEST_F(PlanCommandTest, EndsAsUnavailableWhenMoodleIsAway) {
  preflights_ = {Error{ErrorKind::kUnavailable, "down", "Moodle does not answer"}};
  EXPECT_EQ(run(&plan), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("Moodle does not answer"));
}

}  // namespace
}  // namespace moodlesync::app
