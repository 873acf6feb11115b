#include "app/brake_commands.h"

#include <gtest/gtest.h>

#include "app/status_command.h"
#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class BrakeCommands : public CommandsTest {
 protected:
  /// Twelve suspensions are held, and their tasks parked.
  void hold_twelve() {
    std::vector<Removal> removals;
    for (int id = 1; id <= 12; ++id) {
      const TaskKey key{"thing", "main", {"user", id}};
      state_.queue.add_task(key);
      removals.push_back({key, "suspend", "1"});
    }
    const auto no = [](std::string_view, const BrakeReading&) { return false; };
    ASSERT_TRUE(state_.removals.weigh(removals, std::chrono::hours{1}, no));
    const auto claimed = state_.queue.claim({100, {"thing"}, std::chrono::seconds{60}});
    ASSERT_TRUE(claimed);
    for (const Task& task : *claimed) {
      Settlement parked;
      parked.key = task.key;
      parked.token = task.token;
      parked.generation = task.generation;
      parked.state = Settlement::State::kParked;
      parked.code = kBrakeCode;
      ASSERT_TRUE(state_.queue.settle({&parked, 1}));
    }
  }
};

TEST_F(BrakeCommands, ListSaysThatNothingIsHeld) {
  EXPECT_EQ(run(&brake_list), ExitCode::kOk);
  EXPECT_EQ(out(), "The brake holds nothing back\n");
}

TEST_F(BrakeCommands, ListSaysWhatIsHeldAndWhyAndWhatToDo) {
  hold_twelve();
  EXPECT_EQ(run(&brake_list), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("thing: 12 removals of 12 entities held for 0s\n  suspend: 12\n"));
  EXPECT_THAT(out(), HasSubstr("12 were asked for at once, 0 had been let through within 60m; "
                               "Moodle holds 0, of which 20 may go unasked"));
  EXPECT_THAT(out(), HasSubstr("user:1 user:2"));
  EXPECT_THAT(out(), HasSubstr("parked list --code brake --component thing"));
  EXPECT_THAT(out(), HasSubstr("moodle-syncd brake drop"));
}

TEST_F(BrakeCommands, ListAnswersInJson) {
  hold_twelve();
  EXPECT_EQ(run(&brake_list, {.json = true}), ExitCode::kOk);
  const auto held = json().at("held").at(0);
  EXPECT_EQ(held.at("component"), "thing");
  EXPECT_EQ(held.at("by_verb").at("suspend"), 12);
  EXPECT_EQ(held.at("tripped").at("limit"), 20);
  EXPECT_EQ(held.at("examples").size(), 10U);
}

TEST_F(BrakeCommands, AllowLetsThemGoAndSaysForHowLong) {
  hold_twelve();
  EXPECT_EQ(run(&brake_allow, {.component = "thing"}), ExitCode::kOk);
  EXPECT_EQ(out(),
            "thing: 12 removals of 12 entities may go\n"
            "These and no others, within 24 hours\n");
  EXPECT_TRUE(state_.removals.held()->empty());
  EXPECT_EQ(state_.queue.claim({100, {"thing"}, std::chrono::seconds{60}})->size(), 12U);
}

TEST_F(BrakeCommands, AllowOfAnotherComponentChangesNothing) {
  hold_twelve();
  EXPECT_EQ(run(&brake_allow, {.component = "course"}), ExitCode::kOk);
  EXPECT_EQ(out(), "The brake holds nothing of course back\n");
  EXPECT_EQ(state_.removals.held()->size(), 1U);
}

TEST_F(BrakeCommands, DropSaysWhatStaysInMoodleAndAsksForAYes) {
  hold_twelve();
  EXPECT_EQ(run(&brake_drop), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("thing: 12 removals of 12 entities"));
  EXPECT_THAT(err(), HasSubstr("Moodle keeps all of it"));
  EXPECT_THAT(err(), HasSubstr("--yes"));
  EXPECT_EQ(state_.queue.rows().size(), 12U);
  EXPECT_EQ(run(&brake_drop, {.yes = true}), ExitCode::kOk);
  EXPECT_EQ(out(), "Forgotten: 12 tasks; Moodle keeps what it has\n");
  EXPECT_TRUE(state_.queue.rows().empty());
}

TEST_F(BrakeCommands, DropAnswersInJson) {
  hold_twelve();
  EXPECT_EQ(run(&brake_drop, {.json = true, .yes = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("dropped"), 12);
  EXPECT_EQ(json().at("left"), 0);
}

TEST_F(BrakeCommands, StatusShowsWhatIsHeld) {
  hold_twelve();
  EXPECT_EQ(run(&status), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Brake        holds removals back"));
}

}  // namespace
}  // namespace moodlesync::app
