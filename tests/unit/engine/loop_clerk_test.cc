// What the loop promises while a clerk claims and settles beside it.
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <sstream>

#include "loop_fixture.h"

namespace moodlesync::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A queue that counts the tasks that were given back.
class ReturnsQueue : public fakes::InMemoryQueue {
 public:
  using InMemoryQueue::InMemoryQueue;
  std::size_t released = 0;

  Status release(std::span<const Task> tasks, bool in_doubt) override {
    released += tasks.size();
    return InMemoryQueue::release(tasks, in_doubt);
  }
};

class LoopClerk : public LoopTest {
 protected:
  LoopClerk() {
    auto queue = std::make_unique<ReturnsQueue>(sources_);
    returns_ = queue.get();
    queue_ = std::move(queue);
  }
  void courses(int count) {
    for (int id = 1; id <= count; ++id) course(id, "Course " + std::to_string(id));
  }
  [[nodiscard]] const fakes::InMemoryQueue::Row& row(std::int64_t node) const {
    return queue_->rows().at({"course", "main", {"node", node}});
  }
  [[nodiscard]] std::ptrdiff_t running() const {
    return std::ranges::count_if(queue_->rows(),
                                 [](const auto& row) { return row.second.state == "running"; });
  }

  ReturnsQueue* returns_ = nullptr;
  /// A second instance's way to the same Moodle.
  fakes::FakeGateway other_{[this](const Call& call) { return answer(call); }};
};

TEST_P(LoopClerk, HasTheNextGroupClaimedBeforeItReadsTheOneThatItHas) {
  settings_.claim_limit = 2;
  courses(4);
  std::vector<int> loads;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    clerk_->on_claim = [&] { loads.push_back(reader_.loads()); };
    if (queue_->rows().empty()) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  ASSERT_GE(loads.size(), 2U);
  EXPECT_EQ(loads[1], 0);
}

TEST_P(LoopClerk, GivesBackUntouchedWhatWasClaimedAndNotBegunWhenItStops) {
  settings_.claim_limit = 2;
  settings_.shutdown_grace = milliseconds{0};
  courses(4);
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() == 2) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(returns_->released, 4U);
  for (const std::int64_t begun : {1, 2}) EXPECT_TRUE(row(begun).task.in_doubt) << begun;
  for (const std::int64_t ahead : {3, 4}) {
    EXPECT_EQ(row(ahead).state, "pending") << ahead;
    EXPECT_FALSE(row(ahead).task.in_doubt) << ahead;
    EXPECT_EQ(row(ahead).task.attempts, 0) << ahead;
  }
}

TEST_P(LoopClerk, GivesBackWhatIsNotBegunBeforeItsLastConversationsEnd) {
  settings_.claim_limit = 2;
  courses(4);
  gateway_.hold(true);
  bool is_asked = false;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() == 2 && !std::exchange(is_asked, true)) control_.ask(Command::kStop);
    if (returns_->released == 2) gateway_.hold(false);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(returns_->released, 2U);
  EXPECT_EQ(queue_->all_links().size(), 2U);
}

TEST_P(LoopClerk, StoresWhatTheClerkHasBeforeItLeaves) {
  settings_.shutdown_grace = milliseconds{0};
  courses(1);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (!told_.empty()) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_TRUE(queue_->rows().empty());
  EXPECT_EQ(queue_->all_links().size(), 1U);
}

TEST_P(LoopClerk, StoresAllThatHasEndedBeforeItLeavesHoweverManyGroupsItIs) {
  settings_.shutdown_grace = milliseconds{0};
  settings_.claim_limit = 2;
  courses(8);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    clerk_->is_stuck = true;
    if (told_.size() >= 4 && gateway_.outstanding() == 0) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_GE(told_.size(), 4U);
  EXPECT_EQ(queue_->all_links().size(), told_.size());
}

TEST_P(LoopClerk, StoresOneByOneBeforeItLeavesWhatTheDatabaseRefusesTogether) {
  settings_.shutdown_grace = milliseconds{0};
  courses(2);
  queue_->fail_settle({ErrorKind::kBug, "22P05", "a character that text cannot hold"});
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    clerk_->is_stuck = true;
    if (!told_.empty()) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(queue_->all_links().size(), 2U);
}

TEST_P(LoopClerk, RenewsTheLeasesOfWhatItTookLongToClaim) {
  settings_.claim_limit = 2;
  courses(4);
  gateway_.hold(true);
  bool is_first = true;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (clerk_->is_claiming() && std::exchange(is_first, false)) {
      clerk_->wait();
      pass(settings_.lease - seconds{5});  // As when PostgreSQL had been at it for as long.
    }
    if (gateway_.outstanding() < 4) return;
    pass(seconds{10});
    (void)run(other_, RunMode::kUntilIdle);
    gateway_.hold(false);
    control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(other_.answered(), 0U);
  EXPECT_EQ(told_.size(), 4U);
}

TEST_P(LoopClerk, LeavesToAnotherInstanceWhatItHasTakenOverMeanwhile) {
  settings_.claim_limit = 2;
  courses(4);
  gateway_.hold(true);
  int pumps_since = 0;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (!told_.empty() && ++pumps_since == 3) control_.ask(Command::kStop);
    if (!clerk_->is_claiming() || !told_.empty()) return;
    clerk_->wait();
    pass(settings_.lease);
    (void)run(other_, RunMode::kUntilIdle);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(gateway_.answered(), 0U);
  EXPECT_EQ(told_.size(), 4U);
}

TEST_P(LoopClerk, BeginsNothingWhenMoodleHasGoneMeanwhile) {
  settings_.claim_limit = 2;
  settings_.max_attempts = 1;
  courses(4);
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{400});
    if (clerk_->is_claiming() && gateway_.preflight_count() == 1) {
      return gateway_.set_outage(Error{ErrorKind::kUnavailable, "http_503", "maintenance"});
    }
    gateway_.set_outage({});
    gateway_.hold(gateway_.preflight_count() < 2);
    if (told_.size() == 4) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(returns_->released, 2U);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopClerk, EndsWhenTheClerksSessionIsNotAtTheSiteThatWasInstalled) {
  courses(1);
  fakes::FakeSite copy;
  copy.observed().database_name = "copy";
  clerks_site_ = &copy;
  const RunEnd end = run(RunMode::kForever);
  EXPECT_EQ(end.kind, RunEnd::Kind::kGuard);
  EXPECT_NE(end.message.find("copy"), std::string::npos) << end.message;
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(row(1).state, "pending");
}

TEST_P(LoopClerk, ClaimsNoMoreThanASettlingDatabaseTakesAway) {
  settings_.claim_limit = 2;
  courses(20);
  int pumps = 0;
  std::ptrdiff_t most = 0;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    clerk_->is_stuck = ++pumps < 30;
    most = std::max(most, running());
  };
  EXPECT_EQ(run().kind, RunEnd::Kind::kIdle);
  // A group at the clerk's, one that waits for it, one that is being worked on, one claimed ahead.
  EXPECT_LE(most, 8);
  EXPECT_EQ(told_.size(), 20U);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopClerk, SaysOnceThatTheClerksSessionIsAwayThoughItsOwnIsNot) {
  std::ostringstream lines;
  log_.sinks().push_back(std::make_shared<spdlog::sinks::ostream_sink_st>(lines));
  settings_.claim_limit = 1;
  courses(2);
  gateway_.hold(true);
  const Error away{ErrorKind::kUnavailable, "database_unavailable", "no more sessions"};
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(milliseconds{500});
    if (gateway_.outstanding() == 1 && passed == milliseconds{0}) queue_->refuse_claims(away);
    if (gateway_.outstanding() > 0) passed += milliseconds{500};
    if (passed == minutes{5}) queue_->refuse_claims({});
    if (passed == minutes{6}) gateway_.hold(false);
    if (queue_->rows().empty()) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_THAT(lines.str(), testing::ContainsRegex("MS-205.*no more sessions"));
  EXPECT_EQ(lines.str().find("MS-205"), lines.str().rfind("MS-205")) << lines.str();
  EXPECT_LT(queue_->refused(), 30) << "it rests in between";
}

INSTANTIATE_TEST_SUITE_P(Clerks, LoopClerk, testing::Values(Clerks::kBeside), name_of);

}  // namespace
}  // namespace moodlesync::engine
