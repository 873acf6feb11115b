#include "app/resync_command.h"

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class ResyncCommandTest : public CommandsTest {
 protected:
  ResyncCommandTest() {
    for (std::int64_t id = 1; id <= 3; ++id) {
      state_.survey.add_entity({"thing", "main", {"node", id}});
    }
  }
};

TEST_F(ResyncCommandTest, QueuesAllEntities) {
  EXPECT_EQ(run(&resync), ExitCode::kOk);
  EXPECT_EQ(state_.queue.rows().size(), 3U);
  EXPECT_THAT(out(), HasSubstr("Queued: 3 tasks"));
  EXPECT_FALSE(state_.survey.resent());
}

TEST_F(ResyncCommandTest, QueuesOneEntity) {
  EXPECT_EQ(run(&resync, {.selection = {.entity = EntityRef{"node", 2}}}), ExitCode::kOk);
  EXPECT_EQ(state_.queue.rows().size(), 1U);
  EXPECT_EQ(run(&resync, {.selection = {.entity = EntityRef{"node", 9}}}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Nothing of node:9 is synced"));
}

TEST_F(ResyncCommandTest, AnswersAsJson) {
  EXPECT_EQ(run(&resync, {.json = true, .resend = true}), ExitCode::kOk);
  EXPECT_EQ(json().at("queued"), 3);
  EXPECT_EQ(json().at("looked_at"), 3);
  EXPECT_EQ(json().at("resend"), true);
  EXPECT_EQ(json().at("resumed"), false);
  EXPECT_TRUE(state_.survey.resent());
}

TEST_F(ResyncCommandTest, SaysThatItGoesOnWhereAnEarlierRunStopped) {
  ResyncProgress stopped;
  stopped.place.after = 2;
  stopped.looked_at = 2;
  stopped.queued = 2;
  stopped.resumed = std::chrono::seconds{120};
  state_.survey.stopped_at(stopped);
  EXPECT_EQ(run(&resync), ExitCode::kOk);
  EXPECT_EQ(state_.queue.rows().size(), 1U);
  EXPECT_THAT(err(), HasSubstr("begun 2m ago stopped"));
  EXPECT_THAT(out(), HasSubstr("Queued: 3 tasks"));
  EXPECT_EQ(run(&resync, {.anew = true}), ExitCode::kOk);
  EXPECT_EQ(state_.queue.rows().size(), 3U);
}

TEST_F(ResyncCommandTest, NamesTheComponentsWhenThereIsNoSuchOne) {
  EXPECT_EQ(run(&resync, {.selection = {.component = "courses"}}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("no component courses in the configuration, only thing"));
  EXPECT_TRUE(state_.queue.rows().empty());
}

TEST_F(ResyncCommandTest, SaysThatWhatIsQueuedStaysWhenTheDatabaseGoesAway) {
  state_.survey.fail_at(1, {ErrorKind::kUnavailable, "database_unavailable", "no connection"});
  EXPECT_EQ(run(&resync), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("goes on from there"));
}

}  // namespace
}  // namespace moodlesync::app
