#include "engine/brake.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

BrakeReading reading(std::int64_t wanted, std::int64_t passed, std::int64_t linked) {
  return {wanted, passed, linked, false};
}

TEST(BrakeDecision, LetsAFewGoOnASmallSiteWhateverTheirShare) {
  const BrakeSettings settings;
  EXPECT_TRUE(may_pass(settings, "course", reading(20, 0, 25)));
  EXPECT_FALSE(may_pass(settings, "course", reading(21, 0, 25)));
}

TEST(BrakeDecision, GoesByTheShareOnALargeSite) {
  const BrakeSettings settings;
  EXPECT_TRUE(may_pass(settings, "users", reading(300, 0, 3000)));
  EXPECT_FALSE(may_pass(settings, "users", reading(301, 0, 3000)));
}

TEST(BrakeDecision, AddsWhatHasPassedWithinTheWindow) {
  const BrakeSettings settings;
  EXPECT_TRUE(may_pass(settings, "users", reading(1, 19, 0)));
  EXPECT_FALSE(may_pass(settings, "users", reading(1, 20, 0)));
}

TEST(BrakeDecision, HoldsEverythingOnceSomethingIsHeld) {
  const BrakeSettings settings;
  EXPECT_FALSE(may_pass(settings, "users", {1, 0, 3000, true}));
}

TEST(BrakeDecision, LetsWhatWasAllowedGoWhileOtherRemovalsAreHeld) {
  const BrakeSettings settings;
  EXPECT_TRUE(may_pass(settings, "users", {0, 0, 3000, true}));
}

TEST(BrakeDecision, LetsNothingGoUnaskedWhenBothNumbersAreZero) {
  BrakeSettings settings;
  settings.limit = {0, 0};
  EXPECT_FALSE(may_pass(settings, "users", reading(1, 0, 3000)));
}

TEST(BrakeDecision, NeverHoldsAtAHundredPercent) {
  BrakeSettings settings;
  settings.limit = {0, 100};
  EXPECT_TRUE(may_pass(settings, "users", {5000, 5000, 0, true}));
}

TEST(BrakeDecision, TakesAComponentsOwnNumbers) {
  BrakeSettings settings;
  settings.components["enrollments"] = {100, 20};
  EXPECT_EQ(removal_limit(settings, "enrollments", 400), 100);
  EXPECT_EQ(removal_limit(settings, "enrollments", 4000), 800);
  EXPECT_EQ(removal_limit(settings, "users", 4000), 400);
}

class BrakeTest : public testing::Test {
 protected:
  /// A conversation of one call.
  Co<Done> ask(Moodle& moodle, std::string row, std::string_view removal) {
    Call call;
    call.function = &fakes::kTell;
    call.row.add("row", std::move(row));
    call.removal = removal;
    Result<Json> answer = co_await moodle.call(std::move(call));
    answers_.push_back(answer ? "done" : answer.error().code);
    co_return Done{};
  }
  /// `count` removals of the entity; the queue knows its task.
  void remove(std::int64_t entity, int count = 1) {
    const TaskKey key{"course", "main", {"node", entity}};
    queue_.capture(key.entity, "course");
    (void)queue_.drain(100);
    Brake::Door& door = doors_.emplace_back(brake_, keys_.emplace_back(key));
    for (int i = 0; i < count; ++i) {
      asking_.push_back(ask(door, std::to_string(entity) + "/" + std::to_string(i), "delete"));
      asking_.back().start();
    }
  }
  Status weigh() {
    Status weighed = brake_.weigh();
    for (const auto ready : brake_.take_ready()) ready.resume();
    gateway_.pump({}, {});
    for (const auto ready : gateway_.take_ready()) ready.resume();
    return weighed;
  }
  [[nodiscard]] std::ptrdiff_t answered(std::string_view with) const {
    return std::ranges::count(answers_, with);
  }
  [[nodiscard]] int lines(const std::string& code) const {
    int count = 0;
    const std::string text = lines_.str();
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) ++count;
    return count;
  }
  void pass(std::chrono::seconds time) {
    clock_.advance(time);
    queue_.advance(time);
  }

  std::vector<SourceSpec> sources_ = fakes::ScriptedComponent("course", "node", "course").sources();
  fakes::InMemoryQueue queue_{sources_};
  fakes::InMemoryLedger ledger_{queue_};
  fakes::FakeClock clock_;
  fakes::FakeGateway gateway_{[](const Call&) -> Result<Json> { return Json(1); }};
  BrakeSettings settings_;
  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines_)};
  Brake brake_{{ledger_, gateway_, clock_}, settings_, log_};
  std::deque<TaskKey> keys_;
  std::deque<Brake::Door> doors_;
  std::vector<std::string> answers_;
  std::deque<Co<Done>> asking_;
};

TEST_F(BrakeTest, SendsWhatTakesNothingAwayAtOnce) {
  Brake::Door door(brake_, keys_.emplace_back());
  Co<Done> asking = ask(door, "1", {});
  asking.start();
  EXPECT_FALSE(brake_.has_waiting());
  EXPECT_EQ(gateway_.outstanding(), 1U);
}

TEST_F(BrakeTest, SendsARemovalOnlyAfterItWasWeighed) {
  remove(1);
  EXPECT_TRUE(brake_.has_waiting());
  EXPECT_EQ(gateway_.outstanding(), 0U);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("done"), 1);
}

TEST_F(BrakeTest, AsksTheLedgerOnceForFourHundredRemovals) {
  for (int id = 1; id <= 400; ++id) remove(id);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(ledger_.weighings(), 1);
  EXPECT_EQ(answered("brake"), 400) << "none of them slips through";
  EXPECT_EQ(gateway_.answered(), 0U) << "Moodle was not asked";
}

TEST_F(BrakeTest, CountsEveryRemovalOfOneConversation) {
  remove(1, 20);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("done"), 20);
  remove(2);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("brake"), 1);
}

TEST_F(BrakeTest, CountsARemovalThatIsTriedAgainOnlyOnce) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    remove(1, 15);
    ASSERT_TRUE(weigh());
  }
  EXPECT_EQ(answered("done"), 75);
}

TEST_F(BrakeTest, ForgetsWhatIsOlderThanTheWindow) {
  remove(1, 20);
  ASSERT_TRUE(weigh());
  pass(settings_.window + std::chrono::seconds{1});
  remove(2, 20);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("done"), 40);
}

TEST_F(BrakeTest, GoesOnHoldingWhenTheWindowIsOver) {
  remove(1, 21);
  ASSERT_TRUE(weigh());
  pass(settings_.window * 24);
  remove(2);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("brake"), 22);
}

TEST_F(BrakeTest, SaysOnceThatItHoldsAndOnceThatItIsOff) {
  remove(1, 21);
  ASSERT_TRUE(weigh());
  remove(2, 30);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(lines("MS-303"), 1);
  EXPECT_TRUE(brake_.is_holding());
  ASSERT_TRUE(ledger_.allow("", std::chrono::hours{1}));
  ASSERT_TRUE(brake_.wants_look());
  ASSERT_TRUE(brake_.look());
  EXPECT_FALSE(brake_.is_holding());
  EXPECT_EQ(lines("MS-304"), 1);
}

TEST_F(BrakeTest, SaysAtStartWhatIsStillHeld) {
  remove(1, 21);
  ASSERT_TRUE(weigh());
  Brake restarted({ledger_, gateway_, clock_}, settings_, log_);
  ASSERT_TRUE(restarted.wants_look());
  ASSERT_TRUE(restarted.look());
  EXPECT_TRUE(restarted.is_holding());
  EXPECT_EQ(lines("still holds"), 1);
}

TEST_F(BrakeTest, KeepsRemovalsWaitingWhileTheDatabaseIsAway) {
  ledger_.fail_weigh({ErrorKind::kUnavailable, "database_unavailable", "gone"});
  remove(1);
  EXPECT_FALSE(weigh());
  EXPECT_TRUE(brake_.has_waiting());
  EXPECT_EQ(gateway_.answered(), 0U);
  ASSERT_TRUE(weigh());
  EXPECT_EQ(answered("done"), 1);
}

TEST_F(BrakeTest, LetsNothingGoWhenTheLedgerCannotBeUsed) {
  ledger_.fail_weigh({ErrorKind::kConfig, "42501", "permission denied"});
  remove(1);
  EXPECT_FALSE(weigh());
  EXPECT_EQ(answered("42501"), 1);
  EXPECT_EQ(gateway_.answered(), 0U);
}

TEST_F(BrakeTest, ForgetsACallWhoseConversationWasCancelled) {
  remove(1);
  asking_.clear();
  EXPECT_FALSE(brake_.has_waiting());
}

}  // namespace
}  // namespace moodlesync::engine
