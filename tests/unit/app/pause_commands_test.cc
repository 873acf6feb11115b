#include "app/pause_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/status_command.h"
#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class PauseCommands : public CommandsTest {
 protected:
  [[nodiscard]] std::size_t claimable() {
    return state_.queue.claim({100, {"thing"}, std::chrono::seconds{60}})->size();
  }
};

TEST_F(PauseCommands, PauseHoldsTheComponentAndSaysHowToGoOn) {
  state_.queue.add_task({"thing", "main", {"node", 1}});
  EXPECT_EQ(run(&pause, {.component = "thing", .reason = "upgrade"}), ExitCode::kOk);
  EXPECT_EQ(out(),
            "Paused: thing. Changes are still taken in and wait; to go on: moodle-syncd resume "
            "thing\n");
  EXPECT_EQ(claimable(), 0U);
  EXPECT_EQ(run(&status), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Paused       thing, for 0s: upgrade"));
  EXPECT_EQ(run(&resume, {.component = "thing"}), ExitCode::kOk);
  EXPECT_EQ(out(), "Resumed: thing\n");
  EXPECT_EQ(claimable(), 1U);
}

TEST_F(PauseCommands, PauseSaysWhatIsStillBeingWorkedOn) {
  state_.queue.add_task({"thing", "main", {"node", 1}});
  EXPECT_EQ(claimable(), 1U);
  EXPECT_EQ(run(&pause), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Paused: everything."));
  EXPECT_THAT(out(), HasSubstr("1 task that is being worked on goes on to the end"));
  EXPECT_EQ(run(&pause, {.json = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("was_paused"), true);
  EXPECT_EQ(json().at("still_running"), 1);
  EXPECT_TRUE(json().at("paused").is_null());
}

TEST_F(PauseCommands, PauseOfAComponentThatIsNoneSaysWhichWasMeant) {
  EXPECT_EQ(run(&pause, {.component = "thin"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("no component 'thin'; did you mean 'thing'?"));
  EXPECT_TRUE(state_.pauses.list()->empty());
}

TEST_F(PauseCommands, ResumeSaysWhenNothingWasPausedAndWhenAllStillIs) {
  EXPECT_EQ(run(&resume, {.component = "thing"}), ExitCode::kOk);
  EXPECT_EQ(out(), "Nothing was paused of thing\n");
  EXPECT_EQ(run(&pause), ExitCode::kOk);
  EXPECT_EQ(run(&pause, {.component = "thing"}), ExitCode::kOk);
  EXPECT_EQ(run(&resume, {.component = "thing"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Everything is paused all the same"));
  EXPECT_EQ(run(&resume, {.json = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("resumed"), 1);
  EXPECT_EQ(json().at("all_paused"), false);
}

}  // namespace
}  // namespace moodlesync::app
