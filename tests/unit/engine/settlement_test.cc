#include "engine/settlement.h"

#include <gtest/gtest.h>

namespace moodlesync::engine {
namespace {

using State = Settlement::State;

class DecideSettlement : public testing::Test {
 protected:
  DecideSettlement() {
    conclusion_.task.key = {"course", "main", {"node", 12}};
    conclusion_.task.token = 7;
    conclusion_.task.generation = 3;
    conclusion_.link.moodle_id = MoodleId{55};
    conclusion_.owe_write_back = true;
  }
  Settlement decide(Outcome outcome) {
    conclusion_.outcome = std::move(outcome);
    return decide_settlement(conclusion_, settings_, random_);
  }
  Settlement decide(ErrorKind kind) { return decide(Error{kind, "code", "words"}); }

  Conclusion conclusion_;
  EngineSettings settings_;
  Random random_{1};
};

TEST_F(DecideSettlement, EndsASyncedTaskAndKeepsItsLink) {
  conclusion_.link.skipped = "unknown_id";
  const Settlement done = decide(Synced{});
  EXPECT_EQ(done.state, State::kDone);
  EXPECT_EQ(done.link->moodle_id, MoodleId{55});
  EXPECT_EQ(done.link->skipped, "");
  EXPECT_TRUE(done.owe_write_back);
  EXPECT_EQ(done.token, 7);
  EXPECT_EQ(done.generation, 3);
}

TEST_F(DecideSettlement, RemovesTheLinkOfWhatIsGone) {
  const Settlement done = decide(Removed{});
  EXPECT_EQ(done.state, State::kDone);
  EXPECT_TRUE(done.remove_link);
  EXPECT_FALSE(done.link.has_value());
  EXPECT_FALSE(done.owe_write_back);
}

TEST_F(DecideSettlement, RemembersWhyATaskWasSkipped) {
  const Settlement done = decide(Skipped{"opted_out", ""});
  EXPECT_EQ(done.state, State::kDone);
  EXPECT_EQ(done.link->skipped, "opted_out");
  EXPECT_FALSE(done.owe_write_back);
}

TEST_F(DecideSettlement, LeavesALinkAloneThatTheQueueHoldsAlready) {
  conclusion_.owe_write_back = false;
  conclusion_.task.link = conclusion_.link;
  EXPECT_FALSE(decide(Unchanged{}).link.has_value());
  EXPECT_EQ(decide(Skipped{"opted_out", ""}).link->skipped, "opted_out") << "that is news";
  conclusion_.task.link->skipped = "opted_out";
  EXPECT_FALSE(decide(Skipped{"opted_out", ""}).link.has_value());
  EXPECT_EQ(decide(Unchanged{}).link->skipped, "") << "skipped no longer";
  conclusion_.task.link = conclusion_.link;
  conclusion_.owe_write_back = true;
  EXPECT_TRUE(decide(Unchanged{}).link.has_value()) << "Drupal is to be told of it once more";
}

TEST_F(DecideSettlement, LetsATaskWaitWithoutSpendingAnAttempt) {
  conclusion_.waits_on = {"category", "main", {"taxonomy_term", 4}};
  const Settlement waiting = decide(Waiting{"category", {"taxonomy_term", 4}, "sections"});
  EXPECT_EQ(waiting.state, State::kWaiting);
  EXPECT_EQ(waiting.waits_on->entity.id, 4);
  EXPECT_EQ(waiting.waits_on_bundle, "sections");
  EXPECT_EQ(waiting.delay, settings_.wait_backstop);
  EXPECT_FALSE(waiting.spend_attempt);
}

TEST_F(DecideSettlement, RetriesTransientTroubleLaterAndCountsIt) {
  const Settlement later = decide(ErrorKind::kTransient);
  EXPECT_EQ(later.state, State::kPending);
  EXPECT_TRUE(later.spend_attempt);
  EXPECT_FALSE(later.in_doubt);
  EXPECT_LE(later.delay, settings_.retry_base);
}

TEST_F(DecideSettlement, RemembersThatALostAnswerLeavesTheTaskInDoubt) {
  EXPECT_TRUE(decide(ErrorKind::kInDoubt).in_doubt);
  conclusion_.task.in_doubt = true;
  EXPECT_TRUE(decide(ErrorKind::kTransient).in_doubt);
  EXPECT_FALSE(decide(Synced{}).in_doubt);
}

TEST_F(DecideSettlement, ParksATaskWhoseAttemptsAreUsedUp) {
  conclusion_.task.attempts = settings_.max_attempts - 1;
  const Settlement parked = decide(ErrorKind::kTransient);
  EXPECT_EQ(parked.state, State::kParked);
  EXPECT_NE(parked.message.find("12 attempts"), std::string::npos);
}

TEST_F(DecideSettlement, ParksARefusalAtOnceWithItsReason) {
  const Settlement parked = decide(ErrorKind::kRejected);
  EXPECT_EQ(parked.state, State::kParked);
  EXPECT_EQ(parked.code, "code");
  EXPECT_EQ(parked.message, "words");
  EXPECT_TRUE(parked.link.has_value());
}

TEST_F(DecideSettlement, SpendsNothingWhileMoodleIsAwayOrMisconfigured) {
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kConfig}) {
    const Settlement back = decide(kind);
    EXPECT_EQ(back.state, State::kPending);
    EXPECT_FALSE(back.spend_attempt);
    EXPECT_EQ(back.delay.count(), 0);
  }
}

TEST_F(DecideSettlement, SpendsNothingOnWhateverAnOutageDidToAConversation) {
  conclusion_.during_outage = true;
  conclusion_.task.attempts = settings_.max_attempts - 1;
  for (const ErrorKind kind : {ErrorKind::kInDoubt, ErrorKind::kTransient}) {
    const Settlement back = decide(kind);
    EXPECT_EQ(back.state, State::kPending);
    EXPECT_FALSE(back.spend_attempt);
    EXPECT_EQ(back.delay.count(), 0);
    EXPECT_EQ(back.in_doubt, kind == ErrorKind::kInDoubt);
  }
}

TEST_F(DecideSettlement, WaitsForALostCopyToEndEvenAfterAnOutage) {
  conclusion_.during_outage = true;
  const Settlement later =
      decide(Error{ErrorKind::kInDoubt, "no_answer", "", std::chrono::seconds{360}});
  EXPECT_EQ(later.delay, std::chrono::seconds{360});
}

TEST_F(DecideSettlement, KeepsTheDoubtOfATaskThatHasToWait) {
  conclusion_.task.in_doubt = true;
  EXPECT_TRUE(decide(Waiting{"category", {"taxonomy_term", 4}, "sections"}).in_doubt);
}

TEST_F(DecideSettlement, HeedsTheTimeThatMoodleAskedFor) {
  const Settlement later =
      decide(Error{ErrorKind::kTransient, "busy", "", std::chrono::seconds{90}});
  EXPECT_GE(later.delay, std::chrono::seconds{90});
}

}  // namespace
}  // namespace moodlesync::engine
