#include "ops/service_status.h"

#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

class ServiceStatusTest : public testing::Test {
 protected:
  ServiceStatusTest() { turn_.moodle_ready = true; }
  void add(const std::string& state, std::int64_t count, const std::string& component = "users") {
    depth_.tasks.push_back({component, state, "", count, {}});
  }
  [[nodiscard]] std::string words() const { return service_status(turn_, depth_); }

  Turn turn_;
  QueueStats depth_;
};

TEST_F(ServiceStatusTest, SaysThatAllIsInStep) { EXPECT_EQ(words(), "In step, nothing is queued"); }

TEST_F(ServiceStatusTest, CountsTheQueueInWords) {
  depth_.changes = 2;
  add("pending", 1200);
  add("running", 2, "course");
  add("waiting", 3);
  add("parked", 1);
  EXPECT_EQ(words(),
            "1204 tasks queued, 3 waiting for others, 1 parked (moodle-syncd parked list)");
}

TEST_F(ServiceStatusTest, SaysHowMuchIsKeptWhileMoodleIsAway) {
  const Error away{ErrorKind::kUnavailable, "http_503", "secret words"};
  turn_.moodle_ready = false;
  turn_.moodle = &away;
  add("pending", 1);
  EXPECT_EQ(words(), "Moodle is away (http_503), work is kept; 1 task queued");
}

TEST_F(ServiceStatusTest, TellsARefusalFromAnOutage) {
  const Error refused{ErrorKind::kConfig, "invalidtoken", "the token is wrong"};
  turn_.moodle_ready = false;
  turn_.moodle = &refused;
  EXPECT_EQ(service_status(turn_, std::nullopt), "Moodle lets us do nothing (invalidtoken)");
}

TEST_F(ServiceStatusTest, NamesTheDatabaseBeforeAnythingElse) {
  const Error away{ErrorKind::kUnavailable, "database_unavailable", "host=db"};
  turn_.database = &away;
  EXPECT_EQ(service_status(turn_, std::nullopt),
            "Drupal's database is away (database_unavailable)");
}

TEST_F(ServiceStatusTest, NamesWhatIsHeldBackAndWhatIsStopped) {
  const std::set<std::string> held{"course", "users"};
  turn_.held_back = &held;
  turn_.stopped = {{"cohorts", "the field is gone"}};
  EXPECT_EQ(words(),
            "In step, nothing is queued; removals of course, users are held back (moodle-syncd "
            "brake list); cohorts is stopped");
}

TEST_F(ServiceStatusTest, SaysWhatIsLeftToDoBeforeTheEnd) {
  turn_.phase = Phase::kStopping;
  turn_.conversations = 11;
  turn_.unsettled = 1;
  EXPECT_EQ(words(), "Stopping: 12 tasks to finish");
}

TEST_F(ServiceStatusTest, AsksMoodleFirst) {
  turn_.moodle_ready = false;
  EXPECT_EQ(service_status(turn_, std::nullopt), "Asking Moodle");
}

}  // namespace
}  // namespace moodlesync::ops
