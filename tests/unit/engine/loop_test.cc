#include "loop_fixture.h"

namespace moodlesync::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_P(LoopTest, BringsAChangeToMoodleAndKeepsTheLink) {
  course(12, "Algebra");
  EXPECT_EQ(run().kind, RunEnd::Kind::kIdle);
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"});
  EXPECT_TRUE(queue_->rows().empty());
  EXPECT_EQ(queue_->all_links().at({"course", "main", {"node", 12}}).moodle_id, MoodleId{100});
  EXPECT_EQ(queue_->owed().size(), 1U);
}

TEST_P(LoopTest, MakesNoCallForAnUnchangedSave) {
  course(12, "Algebra");
  (void)run();
  queue_->capture({"node", 12}, "course");
  (void)run();
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, LetsMoodleBeginBeforeAllOfAClaimIsRead) {
  std::vector<std::pair<std::size_t, std::size_t>> loads;  // How many, and rows answered by then.
  reader_.on_load = [&](std::size_t entities) {
    loads.emplace_back(entities, told_.size());
    pass(milliseconds{1} * static_cast<int>(entities));
  };
  const auto courses = [&](int from, int to) {
    for (int id = from; id <= to; ++id) course(id, "Course " + std::to_string(id));
  };
  courses(1, 8);
  bool is_saved = false;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (told_.size() == 8 && !std::exchange(is_saved, true)) courses(9, 108);
    if (told_.size() == 108) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(loads, (decltype(loads){{8, 0}, {15, 8}, {30, 23}, {55, 53}}));
}

TEST_P(LoopTest, SyncsTheParentFirstEvenIfOnlyTheChildWasQueued) {
  term(4, "Arts");
  course(12, "Algebra", 4);
  queue_ = std::make_unique<fakes::InMemoryQueue>(sources_);
  queue_->capture({"node", 12}, "course");
  (void)run();
  EXPECT_EQ(told_, (std::vector<std::string>{"Arts", "Algebra"}));
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, LetsANewerSaveDuringTheConversationWin) {
  course(12, "Algebra");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() == 0 || ++pumps > 1) return;
    course(12, "Algebra II");
    listener_.notify();
    gateway_.hold(false);
  };
  (void)run();
  EXPECT_EQ(told_, (std::vector<std::string>{"Algebra", "Algebra II"}));
  EXPECT_EQ(queue_->all_links().at({"course", "main", {"node", 12}}).sent.at("title"),
            "Algebra II");
}

TEST_P(LoopTest, TakesInWhatWasSavedDuringTheLastConversationBeforeItEnds) {
  course(12, "Algebra");
  bool is_saved = false;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    // With Moodle's answer, and before any notification of it comes through.
    if (!told_.empty() && !std::exchange(is_saved, true)) course(12, "Algebra II");
  };
  EXPECT_EQ(run().kind, RunEnd::Kind::kIdle);
  EXPECT_EQ(told_, (std::vector<std::string>{"Algebra", "Algebra II"}));
}

TEST_P(LoopTest, ParksARefusedTaskAndGoesOnWithTheOthers) {
  course(1, "Taken");
  course(2, "Free");
  answers_.emplace_back(Error{ErrorKind::kRejected, "shortnametaken", "course 9 has it"});
  (void)run();
  EXPECT_EQ(queue_->rows().at({"course", "main", {"node", 1}}).state, "parked");
  EXPECT_EQ(queue_->rows().at({"course", "main", {"node", 1}}).code, "shortnametaken");
  EXPECT_EQ(queue_->all_links().at({"course", "main", {"node", 2}}).moodle_id, MoodleId{100});
}

TEST_P(LoopTest, ClaimsNothingWhileMoodleIsAwayAndGoesOnWhenItIsBack) {
  course(1, "Algebra");
  gateway_.answer_preflight_with({Error{ErrorKind::kUnavailable, "http_503", "maintenance"},
                                  Error{ErrorKind::kUnavailable, "http_503", "maintenance"}});
  gateway_.after_pump = [&] {
    pass(milliseconds{250});
    if (told_.empty()) return;
    control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(gateway_.preflight_count(), 3);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, SaysThatMoodleIsAwayWhenAskedToRunOnce) {
  gateway_.answer_preflight_with({Error{ErrorKind::kUnavailable, "http_503", "maintenance"}});
  const RunEnd end = run();
  EXPECT_EQ(end.kind, RunEnd::Kind::kUnavailable);
  EXPECT_NE(end.message.find("maintenance"), std::string::npos);
}

TEST_P(LoopTest, OpensOnAnOutageInMidRunAndSpendsNoAttempt) {
  course(1, "Algebra");
  answers_.emplace_back(Error{ErrorKind::kUnavailable, "http_502", "bad gateway"});
  gateway_.after_pump = [&] {
    pass(milliseconds{400});
    if (told_.size() == 2) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(gateway_.preflight_count(), 2);
  EXPECT_TRUE(queue_->rows().empty());
  EXPECT_EQ(told_.size(), 2U);
}

TEST_P(LoopTest, StopsOnlyTheComponentThatIsMisconfiguredAndTriesItAgainAfterARest) {
  course(1, "Algebra");
  answers_.emplace_back(Error{ErrorKind::kConfig, "accessexception", "function missing"});
  std::vector<std::string> told_before_the_rest_is_over;
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(seconds{10});
    passed += seconds{10};
    if (passed == seconds{20}) term(4, "Arts");
    if (passed == seconds{200}) told_before_the_rest_is_over = told_;
    if (told_.size() == 3) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(told_before_the_rest_is_over, (std::vector<std::string>{"Algebra", "Arts"}));
  EXPECT_EQ(told_.back(), "Algebra");
  EXPECT_GE(passed, settings_.component_rest);
}

TEST_P(LoopTest, GoesOnWithoutASweepThatTheDatabaseRefusesAndSaysSo) {
  queue_->refuse_sweeps(Error{ErrorKind::kBug, "42501", "permission denied for table users"});
  course(1, "Algebra");
  const RunEnd end = run();
  EXPECT_EQ(end.kind, RunEnd::Kind::kConfig);
  EXPECT_NE(end.message.find("permission denied"), std::string::npos);
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"}) << "changes tell of it";
  EXPECT_EQ(queue_->refused(), 1) << "it would say the same";
}

TEST_P(LoopTest, RestsAfterARefusedClaimAndTriesAgain) {
  queue_->refuse_claims(Error{ErrorKind::kBug, "42501", "permission denied for table task"});
  course(1, "Algebra");
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(seconds{1});
    passed += seconds{1};
    if (passed == settings_.component_rest * 3) queue_->refuse_claims({});
    if (told_.size() == 1 || passed > settings_.component_rest * 10) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"});
  EXPECT_LE(queue_->refused(), 12) << "once a rest, not once a turn";
  EXPECT_GE(queue_->refused(), 6)
      << "the first rests are short: it may have been a moment's trouble";
}

TEST_P(LoopTest, EndsARunWhoseClaimsAreRefused) {
  queue_->refuse_claims(Error{ErrorKind::kBug, "42501", "permission denied for table task"});
  course(1, "Algebra");
  EXPECT_EQ(run().kind, RunEnd::Kind::kConfig);
  EXPECT_EQ(queue_->refused(), 1);
}

TEST_P(LoopTest, FinishesWhatIsInFlightOnStopAndClaimsNothingMore) {
  course(1, "Algebra");
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() == 0) return;
    control_.ask(Command::kStop);
    course(2, "Too late");
    gateway_.hold(false);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"});
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, ReleasesWhatDoesNotFinishWithinTheGraceWithoutSpendingAnAttempt) {
  settings_.shutdown_grace = seconds{1};
  course(1, "Algebra");
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{100});
    if (gateway_.outstanding() > 0) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  const auto& row = queue_->rows().at({"course", "main", {"node", 1}});
  EXPECT_EQ(row.state, "pending");
  EXPECT_EQ(row.task.attempts, 0);
  EXPECT_TRUE(row.task.in_doubt);
  EXPECT_EQ(gateway_.outstanding(), 0U);
}

TEST_P(LoopTest, WritesNothingToMoodleWhenTheGuardRefuses) {
  course(1, "Algebra");
  site_.observed().database_oid = "424242";
  const RunEnd end = run(RunMode::kForever);
  EXPECT_EQ(end.kind, RunEnd::Kind::kGuard);
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ((*queue_->stats()).changes, 1);
}

TEST_P(LoopTest, KeepsAnOutcomeUntilTheDatabaseTakesIt) {
  course(1, "Algebra");
  queue_->fail_settle({ErrorKind::kTransient, "deadlock", "deadlock detected"}, 2);
  (void)run();
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_EQ(queue_->settle_calls(), 3);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, KeepsItsLeasesWhileMoodleTakesLong) {
  settings_.lease = seconds{30};
  course(1, "Algebra");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    pass(seconds{5});
    if (gateway_.outstanding() > 0 && ++pumps == 20) gateway_.hold(false);
  };
  (void)run();
  EXPECT_EQ(told_.size(), 1U) << "nobody else, nor we ourselves, took the task again";
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopTest, StopsOnlyTheComponentWhoseFieldVanishedFromDrupal) {
  const Origin origin{"moodle-syncd.yaml", 3, "components.course.sources[0].fields.title"};
  reader_.set_faults({SettingsFault{origin, "unknown field"}});
  queue_->capture_config_change();
  course(1, "Algebra");
  term(4, "Arts");
  (void)run();
  EXPECT_EQ(told_, std::vector<std::string>{"Arts"});
  EXPECT_EQ(queue_->rows().at({"course", "main", {"node", 1}}).state, "pending");
}

INSTANTIATE_TEST_SUITE_P(Clerks, LoopTest, testing::Values(Clerks::kInTurn, Clerks::kBeside),
                         name_of);

}  // namespace
}  // namespace moodlesync::engine
