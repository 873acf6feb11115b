#include "app/parked_commands.h"

#include <gtest/gtest.h>

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class ParkedCommands : public CommandsTest {
 protected:
  void park(const EntityRef& entity, const std::string& code, const std::string& message) {
    const TaskKey key{"thing", "main", entity};
    state_.queue.add_task(key);
    const auto tasks = state_.queue.claim({1, {"thing"}, std::chrono::seconds{60}});
    Settlement parked;
    parked.key = key;
    parked.token = tasks->at(0).token;
    parked.generation = tasks->at(0).generation;
    parked.state = Settlement::State::kParked;
    parked.code = code;
    parked.message = message;
    parked.link = Link{};
    parked.link->moodle_id = MoodleId{55};
    ASSERT_TRUE(state_.queue.settle({&parked, 1}));
  }
  void park_two() {
    park({"node", 1}, "shortnametaken", "its short name belongs to course 5");
    park({"node", 2}, "brake", "the brake holds this back");
  }
  [[nodiscard]] std::size_t tasks() const { return state_.queue.rows().size(); }
};

TEST_F(ParkedCommands, ListSaysInWordsWhatIsParkedAndWhy) {
  park_two();
  EXPECT_EQ(run(&parked_list), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("thing/main node:1  0s  [shortnametaken] its short name belongs to "
                               "course 5\n"));
  EXPECT_THAT(out(), HasSubstr("node:2"));
}

TEST_F(ParkedCommands, ListSaysThatNothingIsParked) {
  EXPECT_EQ(run(&parked_list), ExitCode::kOk);
  EXPECT_EQ(out(), "Nothing is parked\n");
  EXPECT_EQ(run(&parked_list, {.parked = {.code = "x"}}), ExitCode::kOk);
  EXPECT_EQ(out(), "Nothing that is parked fits\n");
}

TEST_F(ParkedCommands, ListShowsOnlyWhatFitsAndSaysWhatItLeftOut) {
  park_two();
  EXPECT_EQ(run(&parked_list, {.parked = {.code = "brake"}}), ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("node:1")));
  EXPECT_EQ(run(&parked_list, {.limit = 1}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("... and 1 more"));
}

TEST_F(ParkedCommands, ListAnswersInJson) {
  park_two();
  EXPECT_EQ(run(&parked_list, {.json = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("total"), 2);
  const auto task = json().at("tasks").at(0);
  EXPECT_EQ(task.at("entity"), "node:1");
  EXPECT_EQ(task.at("code"), "shortnametaken");
  EXPECT_EQ(task.at("moodle_id"), 55);
}

TEST_F(ParkedCommands, ShowTellsWhatCanBeDone) {
  park_two();
  EXPECT_EQ(run(&parked_show, {.parked = {.entity = EntityRef{"node", 1}}}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Moodle id: 55"));
  EXPECT_THAT(out(), HasSubstr("refused at once"));
  EXPECT_THAT(out(), HasSubstr("moodle-syncd parked retry"));
  EXPECT_EQ(run(&parked_show, {.parked = {.entity = EntityRef{"node", 2}}}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("brake allow"));
  EXPECT_EQ(run(&parked_show, {.parked = {.entity = EntityRef{"node", 3}}}), ExitCode::kOk);
  EXPECT_EQ(out(), "Nothing of node:3 is parked\n");
}

TEST_F(ParkedCommands, RetryMakesThemDue) {
  park_two();
  EXPECT_EQ(run(&parked_retry, {.parked = {.code = "shortnametaken"}}), ExitCode::kOk);
  EXPECT_EQ(out(), "Due now: 1 parked task\n");
  EXPECT_EQ(state_.queue.claim({10, {"thing"}, std::chrono::seconds{60}})->size(), 1U);
}

TEST_F(ParkedCommands, DropAsksWhichOnesAndForAYes) {
  park_two();
  EXPECT_EQ(run(&parked_drop, {.yes = true}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--all"));
  EXPECT_EQ(run(&parked_drop, {.parked = {.code = "brake"}}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("This forgets 1 parked task. Moodle stays as it is"));
  EXPECT_EQ(tasks(), 2U);
  EXPECT_EQ(run(&parked_drop, {.yes = true, .parked = {.code = "brake"}}), ExitCode::kOk);
  EXPECT_EQ(out(), "Dropped: 1 parked task\n");
  EXPECT_EQ(run(&parked_drop, {.json = true, .yes = true, .all = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("dropped"), 1);
  EXPECT_EQ(tasks(), 0U);
}

TEST_F(ParkedCommands, SayWhatIsWrongWhenTheDatabaseIsAway) {
  state_.open_errors = {{ErrorKind::kUnavailable, "database_unavailable", "no route to db"}};
  EXPECT_EQ(run(&parked_list), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("no route to db"));
}

}  // namespace
}  // namespace moodlesync::app
