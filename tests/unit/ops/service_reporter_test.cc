#include "ops/service_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/ports/fake_ports.h"

namespace moodlesync::ops {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class FakeManager : public ServiceManager {
 public:
  [[nodiscard]] bool is_listening() const override { return listens; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const override {
    return interval;
  }
  void tell(const std::string& lines) override { told.push_back(lines); }

  bool listens = true;
  std::optional<std::chrono::milliseconds> interval;
  std::vector<std::string> told;
};

class ServiceReporterTest : public testing::Test {
 protected:
  ServiceReporterTest() { well_.moodle_ready = true; }
  std::vector<std::string> heard() { return std::exchange(manager_.told, {}); }
  std::vector<std::string> after_turn(const Turn& turn) {
    reporter_.turned(turn);
    return heard();
  }
  void become_ready() {
    reporter_.turned(well_);
    EXPECT_THAT(heard(), Contains("READY=1"));
  }

  fakes::FakeClock clock_;
  FakeManager manager_;
  std::optional<QueueStats> depth_ = QueueStats{};
  int looks_ = 0;
  std::chrono::milliseconds look_takes_{0};
  ServiceReporter reporter_{clock_, manager_, [this] {
                              ++looks_;
                              clock_.advance(look_takes_);
                              return depth_;
                            }};
  Turn well_;
  const Error away_{ErrorKind::kUnavailable, "http_503", "maintenance"};
  const Error refused_{ErrorKind::kConfig, "invalidtoken", "the token is wrong"};
};

TEST_F(ServiceReporterTest, IsReadyOnceMoodleHasAcceptedTheToken) {
  reporter_.entered(Phase::kStarting, nullptr);
  reporter_.entered(Phase::kWorking, nullptr);
  EXPECT_THAT(after_turn(Turn{}), Not(Contains("READY=1"))) << "nobody has asked Moodle yet";
  EXPECT_THAT(after_turn(well_), Contains("READY=1"));
  EXPECT_THAT(after_turn(well_), IsEmpty()) << "once is enough";
}

TEST_F(ServiceReporterTest, AsksForMoreTimeWhileTheDatabaseIsAway) {
  reporter_.entered(Phase::kStarting, &away_);
  EXPECT_THAT(heard(), ElementsAre("STATUS=Cannot start yet (http_503), trying again",
                                   "EXTEND_TIMEOUT_USEC=120000000"));
}

TEST_F(ServiceReporterTest, AsksForMoreTimeNowAndThenWhileMoodleIsAway) {
  Turn turn;
  turn.moodle = &away_;
  EXPECT_THAT(after_turn(turn), Contains("EXTEND_TIMEOUT_USEC=60000000"));
  EXPECT_THAT(after_turn(turn), IsEmpty());
  clock_.advance(10s);
  EXPECT_THAT(after_turn(turn), Contains("EXTEND_TIMEOUT_USEC=60000000"));
  EXPECT_EQ(reporter_.refusal(), nullptr);
}

TEST_F(ServiceReporterTest, RemembersThatMoodleRefusedBeforeItWasEverReady) {
  Turn turn;
  turn.moodle = &refused_;
  reporter_.turned(turn);
  ASSERT_NE(reporter_.refusal(), nullptr);
  EXPECT_EQ(reporter_.refusal()->code, "invalidtoken");
}

TEST_F(ServiceReporterTest, GoesOnWhenMoodleRefusesAfterItWasReady) {
  become_ready();
  Turn turn;
  turn.moodle = &refused_;
  reporter_.turned(turn);
  EXPECT_EQ(reporter_.refusal(), nullptr);
}

TEST_F(ServiceReporterTest, FeedsTheWatchdogWithTurnsAndNotWithEachOfThem) {
  manager_.interval = 3min;
  EXPECT_THAT(after_turn(well_), Contains("WATCHDOG=1"));
  EXPECT_THAT(after_turn(well_), Not(Contains("WATCHDOG=1")));
  clock_.advance(1s);
  EXPECT_THAT(after_turn(well_), Contains("WATCHDOG=1"));
  EXPECT_EQ(reporter_.longest_sleep(), 1min);
}

TEST_F(ServiceReporterTest, FeedsNoWatchdogThatIsNotThere) {
  EXPECT_THAT(after_turn(well_), Not(Contains("WATCHDOG=1")));
  EXPECT_EQ(reporter_.longest_sleep(), std::nullopt);
}

TEST_F(ServiceReporterTest, FramesAReloadAndSaysWhenItBegan) {
  become_ready();
  reporter_.reload_began();
  EXPECT_THAT(heard(), ElementsAre("RELOADING=1\nMONOTONIC_USEC=3600000000", "STATUS=Reloading"));
  reporter_.entered(Phase::kReloading, nullptr);
  EXPECT_THAT(heard(), IsEmpty()) << "the loop leaves for the same reload";
  reporter_.entered(Phase::kStarting, nullptr);
  reporter_.entered(Phase::kWorking, nullptr);
  EXPECT_THAT(heard(), ElementsAre("READY=1"));
}

TEST_F(ServiceReporterTest, IsReadyAgainAtOnceWhenTheNewConfigurationIsRefused) {
  become_ready();
  reporter_.reload_began();
  heard();
  reporter_.reload_refused();
  EXPECT_THAT(heard(), ElementsAre("READY=1"));
}

TEST_F(ServiceReporterTest, SaysNothingOfAReloadBeforeItWasReady) {
  reporter_.reload_began();
  reporter_.reload_refused();
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ServiceReporterTest, AsksForTimeWhileAReloadWaitsForTheDatabase) {
  become_ready();
  reporter_.entered(Phase::kReloading, nullptr);
  reporter_.entered(Phase::kStarting, &away_);
  EXPECT_THAT(heard(), Contains("EXTEND_TIMEOUT_USEC=120000000"));
}

TEST_F(ServiceReporterTest, SaysThatItStopsAndAsksForTheTimeThatItTakes) {
  become_ready();
  Turn turn = well_;
  turn.phase = Phase::kStopping;
  turn.conversations = 3;
  clock_.advance(10s);
  EXPECT_THAT(after_turn(turn),
              ElementsAre("STOPPING=1", "STATUS=Stopping", "EXTEND_TIMEOUT_USEC=60000000",
                          "STATUS=Stopping: 3 tasks to finish"));
  reporter_.entered(Phase::kStopping, nullptr);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ServiceReporterTest, KeepsTheStatusUpToDate) {
  EXPECT_THAT(after_turn(well_), Contains("STATUS=In step, nothing is queued"));
  depth_->changes = 5;
  clock_.advance(10s);
  EXPECT_THAT(after_turn(well_), ElementsAre("STATUS=5 tasks queued"));
}

TEST_F(ServiceReporterTest, LooksAtALargeQueueMoreSeldom) {
  look_takes_ = 500ms;
  reporter_.turned(well_);
  clock_.advance(40s);
  reporter_.turned(well_);
  EXPECT_EQ(looks_, 1);
  clock_.advance(10s);
  reporter_.turned(well_);
  EXPECT_EQ(looks_, 2);
}

TEST_F(ServiceReporterTest, DoesNotAskADatabaseThatIsAway) {
  Turn turn = well_;
  turn.database = &away_;
  reporter_.turned(turn);
  EXPECT_EQ(looks_, 0);
}

TEST_F(ServiceReporterTest, DoesNothingWhenNobodyListens) {
  manager_.listens = false;
  reporter_.entered(Phase::kStarting, &away_);
  EXPECT_THAT(after_turn(well_), IsEmpty());
  EXPECT_EQ(looks_, 0);
}

}  // namespace
}  // namespace moodlesync::ops
