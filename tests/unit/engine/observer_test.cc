// What the loop tells those who look on.
#include <gmock/gmock.h>

#include "loop_fixture.h"

namespace moodlesync::engine {
namespace {

using testing::ElementsAre;

/// Remembers all that it is told.
class Notebook : public Observer {
 public:
  void entered(Phase /*phase*/, const Error* /*hindrance*/) override {}
  void turned(const Turn& turn) override {
    ++turns;
    claimed += turn.claimed;
    drained += turn.drained;
    settled += turn.settled;
    most_settled = std::max(most_settled, turn.settled);
    retry_budget = turn.retry_budget;
    most_conversations = std::max(most_conversations, turn.conversations);
    was_ready = was_ready || turn.is_ready();
    if (turn.moodle != nullptr) moodle.insert(turn.moodle->code);
    for (const auto& [component, reason] : turn.stopped) stopped[component] = reason;
    if (turn.held_back != nullptr) held_back = *turn.held_back;
    last_phase = turn.phase;
  }
  void ended(const Ending& ending) override {
    endings.push_back(to_string(ending.task.entity) + " " +
                      std::string(outcome_name(ending.outcome)));
    parked += ending.settlement.state == Settlement::State::kParked ? 1 : 0;
    overdue = ending.overdue;
    since_change = ending.since_change;
  }
  void called(const MoodleCall& /*call*/) override {}

  int turns = 0;
  std::size_t claimed = 0;
  std::size_t drained = 0;
  std::size_t settled = 0;
  std::size_t most_settled = 0;  ///< In one turn.
  std::size_t most_conversations = 0;
  bool was_ready = false;
  int parked = 0;
  std::int64_t retry_budget = 0;
  std::chrono::microseconds overdue{0};
  std::chrono::microseconds since_change{0};
  Phase last_phase = Phase::kStarting;
  std::set<std::string> moodle;
  std::set<std::string> held_back;
  std::map<std::string, std::string> stopped;
  std::vector<std::string> endings;
};

class ObserverTest : public LoopTest {
 protected:
  ObserverTest() { observer_ = &notebook_; }
  Notebook notebook_;
};

TEST_P(ObserverTest, HearsWhatWasTakenInWorkedOnAndStored) {
  course(12, "Algebra");
  (void)run();
  EXPECT_EQ(notebook_.drained, 1U);
  EXPECT_EQ(notebook_.claimed, 1U);
  EXPECT_EQ(notebook_.settled, 1U);
  EXPECT_TRUE(notebook_.was_ready);
  EXPECT_THAT(notebook_.endings, ElementsAre("node:12 synced"));
}

TEST_P(ObserverTest, SeesMoodleLookedAfterBetweenTheDatabasesPartsOfATurn) {
  course(12, "Algebra");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(std::chrono::milliseconds{10});
    if (++pumps == 30) gateway_.hold(false);
  };
  (void)run();
  EXPECT_THAT(notebook_.endings, ElementsAre("node:12 synced"));
  EXPECT_GE(pumps, 30);
  EXPECT_LE(notebook_.turns, 15);
}

TEST_P(ObserverTest, SeesNoMoreStoredAtOnceThanIsClaimedAtOnce) {
  settings_.claim_limit = 4;
  for (std::int64_t nid = 1; nid <= 20; ++nid) course(nid, "Algebra");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(std::chrono::milliseconds{10});
    if (++pumps == 30) gateway_.hold(false);  // All are answered in the same moment.
  };
  EXPECT_EQ(run().kind, RunEnd::Kind::kIdle);
  EXPECT_EQ(notebook_.most_conversations, 20U);
  EXPECT_EQ(notebook_.settled, 20U);
  EXPECT_EQ(notebook_.most_settled, 4U);
}

TEST_P(ObserverTest, HearsHowLongATaskLayAndHowOldItsChangeIs) {
  course(12, "Algebra");
  queue_->add_task({"course", "main", {"node", 12}});
  pass(std::chrono::seconds{90});
  (void)run();
  EXPECT_GE(notebook_.overdue, std::chrono::seconds{90});
  EXPECT_GE(notebook_.since_change, notebook_.overdue);
}

TEST_P(ObserverTest, HearsHowManyRetriesAreLeft) {
  course(12, "Algebra");
  (void)run();
  EXPECT_GE(notebook_.retry_budget, 10);
}

TEST_P(ObserverTest, HearsWhatBecomesOfARefusedTask) {
  course(1, "Taken");
  answers_.emplace_back(Error{ErrorKind::kRejected, "shortnametaken", "course 9 has it"});
  (void)run();
  EXPECT_THAT(notebook_.endings, ElementsAre("node:1 rejected"));
  EXPECT_EQ(notebook_.parked, 1);
}

TEST_P(ObserverTest, HearsWhyMoodleIsAway) {
  gateway_.answer_preflight_with(
      {Error{ErrorKind::kUnavailable, "http_503", "Moodle is in maintenance"}});
  EXPECT_EQ(run().kind, RunEnd::Kind::kUnavailable);
  EXPECT_TRUE(notebook_.moodle.contains("http_503"));
  EXPECT_FALSE(notebook_.was_ready);
}

TEST_P(ObserverTest, HearsWhichComponentStoppedAndWhy) {
  course(1, "Algebra");
  answers_.emplace_back(Error{ErrorKind::kConfig, "accessexception", "the function is missing"});
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(std::chrono::milliseconds{10});
    if (++pumps == 10) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(notebook_.stopped["course"], "the function is missing");
}

TEST_P(ObserverTest, HearsThatTheLoopWindsDownAndHowMuchIsStillGoingOn) {
  course(1, "Algebra");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(std::chrono::milliseconds{10});
    if (++pumps == 3) control_.ask(Command::kStop);
    if (pumps == 6) gateway_.hold(false);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(notebook_.most_conversations, 1U);
  EXPECT_EQ(notebook_.last_phase, Phase::kStopping);
}

INSTANTIATE_TEST_SUITE_P(Clerks, ObserverTest, testing::Values(Clerks::kInTurn, Clerks::kBeside),
                         name_of);

}  // namespace
}  // namespace moodlesync::engine
