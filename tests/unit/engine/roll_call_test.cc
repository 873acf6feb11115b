#include "engine/roll_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_pauses.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class RollCallTest : public testing::Test {
 protected:
  Status tend() { return roll_call_.tend({moodle_, gateway_.stats(), 3}); }
  [[nodiscard]] std::string log() const { return text_.str(); }

  std::ostringstream text_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
  fakes::FakeClock clock_;
  fakes::FakeGateway gateway_{[](const Call&) -> Result<Json> { return Json(1); }};
  MoodleHealth moodle_{gateway_, clock_, log_};
  fakes::InMemoryQueue queue_;
  fakes::InMemoryPauses pauses_{queue_};
  fakes::FakePresence board_;
  RollCall roll_call_{{&board_, &pauses_, clock_}, "1.2.3", log_};
};

TEST_F(RollCallTest, IsDueAtOnceThenEveryFewSecondsAndWhenMoodleComesOrGoes) {
  EXPECT_TRUE(roll_call_.is_due(moodle_));
  ASSERT_TRUE(tend());
  EXPECT_FALSE(roll_call_.is_due(moodle_));
  moodle_.tend();  // Starts the first probe, which the fake answers at once.
  moodle_.tend();
  ASSERT_TRUE(moodle_.ready());
  EXPECT_TRUE(roll_call_.is_due(moodle_));
  ASSERT_TRUE(tend());
  clock_.advance(seconds{4});
  EXPECT_FALSE(roll_call_.is_due(moodle_));
  clock_.advance(seconds{1});
  EXPECT_TRUE(roll_call_.is_due(moodle_));
}

TEST_F(RollCallTest, LooksSoonWhenAskedButNotMoreThanOnceASecond) {
  ASSERT_TRUE(tend());
  roll_call_.look_soon();
  EXPECT_FALSE(roll_call_.is_due(moodle_));
  clock_.advance(seconds{1});
  EXPECT_TRUE(roll_call_.is_due(moodle_));
}

TEST_F(RollCallTest, TellsWhatTheLastMinuteBroughtAndWhyMoodleIsAway) {
  ASSERT_TRUE(tend());
  moodle_.note_outage({ErrorKind::kUnavailable, "http_503", "answers with 503"});
  moodle_.tend();
  moodle_.note_outage({ErrorKind::kUnavailable, "http_503", "answers with 503"});
  roll_call_.note_outcome(Synced{});
  roll_call_.note_outcome(Removed{});
  roll_call_.note_outcome(Waiting{});
  roll_call_.note_outcome(Error{ErrorKind::kRejected, "x", "y"});
  roll_call_.note_outcome(Error{ErrorKind::kUnavailable, "x", "y"});
  clock_.advance(seconds{5});
  ASSERT_TRUE(tend());
  const Presence& word = board_.told.back();
  EXPECT_EQ(word.version, "1.2.3");
  EXPECT_EQ(word.settled, 2);
  EXPECT_EQ(word.failed, 1);
  EXPECT_EQ(word.in_flight, 3);
  EXPECT_EQ(word.last_success, seconds{5});
  clock_.advance(seconds{90});
  ASSERT_TRUE(tend());
  EXPECT_EQ(board_.told.back().settled, 0) << "that was more than a minute ago";
  EXPECT_EQ(board_.told.back().last_success, seconds{95});
}

TEST_F(RollCallTest, SaysOnceThatSomethingIsPausedAndOnceThatItIsNot) {
  ASSERT_TRUE(pauses_.pause("course", "upgrade"));
  ASSERT_TRUE(tend());
  ASSERT_TRUE(tend());
  EXPECT_THAT(log(), HasSubstr("MS-307"));
  EXPECT_THAT(log(), HasSubstr("component=course reason=\"upgrade\""));
  EXPECT_EQ(log().find("MS-307"), log().rfind("MS-307"));
  EXPECT_THAT(log(), Not(HasSubstr("MS-308")));
  ASSERT_TRUE(pauses_.resume(""));
  ASSERT_TRUE(tend());
  EXPECT_THAT(log(), HasSubstr("MS-308 resumed: component=course"));
}

TEST_F(RollCallTest, HandsAnOutageOnAndComplainsOnceOfAnythingElse) {
  board_.errors = {{ErrorKind::kUnavailable, "08006", "gone"},
                   {ErrorKind::kConfig, "42501", "permission denied"},
                   {ErrorKind::kConfig, "42501", "permission denied"}};
  EXPECT_FALSE(tend());
  EXPECT_TRUE(tend());
  EXPECT_TRUE(tend());
  EXPECT_THAT(log(), HasSubstr("MS-210"));
  EXPECT_EQ(log().find("MS-210"), log().rfind("MS-210"));
}

TEST_F(RollCallTest, OnlyHearsInAShortRun) {
  RollCall::State state{moodle_, gateway_.stats()};
  state.tells = false;
  ASSERT_TRUE(roll_call_.tend(state));
  EXPECT_TRUE(board_.told.empty());
}

}  // namespace
}  // namespace moodlesync::engine
