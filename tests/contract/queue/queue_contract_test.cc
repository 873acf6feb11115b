// What every Queue promises, held against each implementation, so that the engine's tests on the
// fake say something about PostgreSQL.
#include <gtest/gtest.h>

#include <algorithm>

#include "contract/queue/queue_rig.h"

namespace moodlesync::contract {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = Settlement::State;

class QueueContract : public testing::TestWithParam<QueueRigKind> {
 protected:
  QueueContract() : rig_(GetParam().make()) {}
  Queue& queue() { return rig_->queue(); }

  void save_course(std::int64_t id) { rig_->capture({"node", id}, "course"); }
  void save_term(std::int64_t id) { rig_->capture({"taxonomy_term", id}, "sections"); }
  void drain() {
    const auto drained = queue().drain(1000);
    ASSERT_TRUE(drained) << drained.error().message;
  }
  std::vector<Task> claim(seconds lease = seconds{60}, int limit = 100) {
    auto tasks = queue().claim({limit, {"category", "course"}, lease});
    EXPECT_TRUE(tasks) << tasks.error().message;
    return tasks ? std::move(*tasks) : std::vector<Task>{};
  }
  Task claim_one(seconds lease = seconds{60}) {
    auto tasks = claim(lease);
    EXPECT_EQ(tasks.size(), 1U);
    return tasks.empty() ? Task{} : std::move(tasks.front());
  }
  /// A saved course, drained and claimed.
  Task claimed_course(std::int64_t id, seconds lease = seconds{60}) {
    save_course(id);
    drain();
    return claim_one(lease);
  }
  static Settlement settlement(const Task& task, State state = State::kDone) {
    Settlement settlement;
    settlement.key = task.key;
    settlement.token = task.token;
    settlement.generation = task.generation;
    settlement.state = state;
    settlement.link = task.link.value_or(Link{});
    return settlement;
  }
  static Settlement done_with_id(const Task& task, std::int64_t moodle_id) {
    Settlement done = settlement(task);
    done.link->moodle_id = MoodleId{moodle_id};
    return done;
  }
  static Settlement waiting_for_term(const Task& task, std::int64_t term) {
    Settlement waiting = settlement(task, State::kWaiting);
    waiting.delay = seconds{300};
    waiting.code = "waiting";
    waiting.waits_on = TaskKey{"category", "main", {"taxonomy_term", term}};
    waiting.waits_on_bundle = "sections";
    return waiting;
  }
  /// A term that was saved, looked at and left out.
  void skip_term(std::int64_t term, const std::string& reason) {
    save_term(term);
    drain();
    Settlement skipped = settlement(claim_one());
    skipped.link->skipped = reason;
    settle(skipped);
  }
  SettleReport settle(const Settlement& one) {
    const auto report = queue().settle({&one, 1});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : SettleReport{};
  }
  std::int64_t count(std::string_view state) {
    const auto stats = queue().stats();
    EXPECT_TRUE(stats) << stats.error().message;
    std::int64_t total = 0;
    for (const auto& line : stats->tasks) total += line.state == state ? line.count : 0;
    return total;
  }

  std::unique_ptr<QueueRig> rig_;
};

TEST_P(QueueContract, MakesOneTaskOfManyChangesToOneEntity) {
  for (int i = 0; i < 5; ++i) save_course(12);
  const auto drained = queue().drain(1000);
  ASSERT_TRUE(drained);
  EXPECT_EQ(drained->taken, 5U);
  EXPECT_EQ(claim_one().key, (TaskKey{"course", "main", {"node", 12}}));
}

TEST_P(QueueContract, DropsChangesThatNoSourceWants) {
  rig_->capture({"node", 1}, "article");
  drain();
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ((*queue().stats()).changes, 0);
}

TEST_P(QueueContract, ClaimsOnlyTheComponentsThatWereAskedFor) {
  save_course(1);
  save_term(4);
  drain();
  const auto tasks = queue().claim({100, {"category"}, seconds{60}});
  ASSERT_EQ(tasks->size(), 1U);
  EXPECT_EQ(tasks->front().key.component, "category");
}

TEST_P(QueueContract, ClaimsTheFirstComponentsTasksFirstWhereAllAreDueAtTheSameTime) {
  for (int id = 1; id <= 20; ++id) save_course(id);
  for (int id = 1; id <= 20; ++id) save_term(id);
  drain();
  const auto terms = queue().claim({10, {"category", "course"}, seconds{60}});
  ASSERT_EQ(terms->size(), 10U);
  for (const Task& task : *terms) EXPECT_EQ(task.key.component, "category");
  const auto courses = queue().claim({20, {"course", "category"}, seconds{60}});
  ASSERT_EQ(courses->size(), 20U);
  for (const Task& task : *courses) EXPECT_EQ(task.key.component, "course");
  EXPECT_EQ(claim().size(), 10U) << "the other terms";
}

TEST_P(QueueContract, GivesEachTaskToOneInstanceOnly) {
  for (int id = 1; id <= 10; ++id) save_course(id);
  drain();
  const auto first = claim(seconds{60}, 6);
  const auto second = rig_->other_instance().claim({100, {"course"}, seconds{60}});
  EXPECT_EQ(first.size(), 6U);
  EXPECT_EQ(second->size(), 4U);
}

TEST_P(QueueContract, ForgetsATaskThatIsDoneAndKeepsItsLink) {
  Settlement done = done_with_id(claimed_course(12), 55);
  done.link->sent["fullname"] = "Übung <\"1\">";
  EXPECT_EQ(settle(done).settled, 1U);
  EXPECT_EQ(count("running") + count("pending"), 0);
  save_course(12);
  drain();
  const Task again = claim_one();
  ASSERT_TRUE(again.link.has_value());
  EXPECT_EQ(again.link->moodle_id, MoodleId{55});
  EXPECT_EQ(again.link->sent.at("fullname"), "Übung <\"1\">");
}

TEST_P(QueueContract, LeavesATaskPendingWhenAChangeCameDuringTheConversation) {
  const Task task = claimed_course(12);
  save_course(12);
  drain();
  EXPECT_TRUE(claim().empty()) << "it is still being worked on";
  EXPECT_EQ(settle(done_with_id(task, 55)).changed, 1U);
  const Task again = claim_one();
  EXPECT_EQ(again.link->moodle_id, MoodleId{55}) << "the link is stored all the same";
  EXPECT_GT(again.generation, task.generation);
}

TEST_P(QueueContract, LeavesATaskAloneWhoseLeaseWasTakenOver) {
  const Task lost = claimed_course(12, seconds{0});
  const Task ours = claim_one();
  EXPECT_EQ(settle(done_with_id(lost, 1)).lost, 1U);
  EXPECT_EQ(settle(done_with_id(ours, 2)).settled, 1U);
  const std::vector<EntityRef> refs{{"node", 12}};
  EXPECT_EQ(queue().linked_ids("course", refs)->at(0).second.moodle_id, MoodleId{2});
}

TEST_P(QueueContract, BringsATaskBackInDoubtWhenItsLeaseRanOut) {
  EXPECT_FALSE(claimed_course(12, seconds{0}).in_doubt);
  EXPECT_TRUE(claim_one().in_doubt);
}

TEST_P(QueueContract, RenewsALeaseAndNamesTheOnesThatAreLost) {
  const Task lost = claimed_course(1, seconds{0});
  const Task ours = claim_one(seconds{0});
  const std::vector<Task> both{lost, ours};
  const auto gone = queue().renew(both, seconds{60});
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(gone->size(), 1U);
  EXPECT_TRUE(claim().empty()) << "the renewed lease holds";
}

TEST_P(QueueContract, GivesAReleasedTaskBackAtOnceWithoutSpendingAnAttempt) {
  const Task task = claimed_course(12);
  ASSERT_TRUE(queue().release({&task, 1}, true));
  const Task again = claim_one();
  EXPECT_EQ(again.attempts, 0);
  EXPECT_TRUE(again.in_doubt);
}

TEST_P(QueueContract, HoldsARetryBackUntilItIsDue) {
  Settlement later = settlement(claimed_course(12), State::kPending);
  later.delay = seconds{300};
  later.spend_attempt = true;
  settle(later);
  EXPECT_TRUE(claim().empty());
  const std::vector<std::string> components{"course"};
  const auto due = queue().next_due(components);
  ASSERT_TRUE(due && due->has_value());
  EXPECT_GT(**due, seconds{200});
}

TEST_P(QueueContract, CountsSpentAttempts) {
  Settlement now = settlement(claimed_course(12), State::kPending);
  now.spend_attempt = true;
  now.in_doubt = true;
  settle(now);
  const Task again = claim_one();
  EXPECT_EQ(again.attempts, 1);
  EXPECT_TRUE(again.in_doubt);
}

TEST_P(QueueContract, UnparksATaskWhenItsEntityChanges) {
  Settlement parked = settlement(claimed_course(12), State::kParked);
  parked.code = "shortnametaken";
  settle(parked);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(count("parked"), 1);
  save_course(12);
  drain();
  EXPECT_EQ(claim_one().attempts, 0);
}

TEST_P(QueueContract, QueuesTheParentThatNobodyHadQueued) {
  settle(waiting_for_term(claimed_course(12), 4));
  const Task parent = claim_one();
  EXPECT_EQ(parent.key, (TaskKey{"category", "main", {"taxonomy_term", 4}}));
  EXPECT_EQ(count("waiting"), 1);
}

TEST_P(QueueContract, WakesWhoWaitsWhenTheParentIsDone) {
  settle(waiting_for_term(claimed_course(12), 4));
  EXPECT_EQ(settle(done_with_id(claim_one(), 70)).woken, 1U);
  EXPECT_EQ(claim_one().key.entity, (EntityRef{"node", 12}));
}

TEST_P(QueueContract, DoesNotLetATaskWaitForAParentThatIsDoneAlready) {
  save_term(4);
  drain();
  settle(done_with_id(claim_one(), 70));
  settle(waiting_for_term(claimed_course(12), 4));
  EXPECT_EQ(claim_one().key.entity, (EntityRef{"node", 12}));
}

TEST_P(QueueContract, DoesNotLetATaskWaitForAParentThatIsSkippedMeanwhile) {
  skip_term(4, "excluded");
  settle(waiting_for_term(claimed_course(12), 4));
  EXPECT_EQ(claim_one().key.entity, (EntityRef{"node", 12}));
}

TEST_P(QueueContract, LetsATaskWaitForAParentThatWasOptedOutUntilJustNow) {
  skip_term(4, "opted_out");
  save_term(4);
  drain();
  const Task again = claim_one();
  settle(waiting_for_term(claimed_course(12), 4));
  EXPECT_EQ(count("waiting"), 1);
  EXPECT_EQ(settle(done_with_id(again, 70)).woken, 1U);
}

TEST_P(QueueContract, FindsLinksOfManyEntitiesAndLeavesOutTheOthers) {
  settle(done_with_id(claimed_course(1), 11));
  settle(done_with_id(claimed_course(2), 22));
  const std::vector<EntityRef> refs{{"node", 1}, {"node", 2}, {"node", 3}};
  const auto links = queue().linked_ids("course", refs);
  ASSERT_TRUE(links) << links.error().message;
  EXPECT_EQ(links->size(), 2U);
}

TEST_P(QueueContract, TellsWhoseAMoodleIdIsUnlessItsEntityIsSkipped) {
  settle(done_with_id(claimed_course(1), 11));
  Settlement skipped = done_with_id(claimed_course(2), 22);
  skipped.link->skipped = "opted_out";
  settle(skipped);
  const std::vector<MoodleId> ids{{11}, {22}, {33}};
  const auto holders = queue().holders("course", ids);
  ASSERT_TRUE(holders) << holders.error().message;
  ASSERT_EQ(holders->size(), 1U);
  EXPECT_EQ(holders->front(), (std::pair{MoodleId{11}, EntityRef{"node", 1}}));
  EXPECT_TRUE(queue().holders("category", ids)->empty());
}

TEST_P(QueueContract, RemovesTheLinkOfWhatIsGone) {
  settle(done_with_id(claimed_course(1), 11));
  Settlement removed = settlement(claimed_course(1));
  removed.link.reset();
  removed.remove_link = true;
  settle(removed);
  const std::vector<EntityRef> refs{{"node", 1}};
  EXPECT_TRUE(queue().linked_ids("course", refs)->empty());
}

TEST_P(QueueContract, KnowsWhoseAMoodleIdIs) {
  settle(done_with_id(claimed_course(1), 11));
  settle(done_with_id(claimed_course(2), 22));
  Settlement skipped = done_with_id(claimed_course(3), 33);
  skipped.link->skipped = "opted_out";
  settle(skipped);
  const std::vector<MoodleId> ids{{11}, {33}, {44}};
  const auto holders = queue().holders("course", ids);
  ASSERT_TRUE(holders) << holders.error().message;
  ASSERT_EQ(holders->size(), 1U);
  EXPECT_EQ(holders->at(0).first, MoodleId{11});
  EXPECT_EQ(holders->at(0).second, (EntityRef{"node", 1}));
  EXPECT_TRUE(queue().holders("category", ids)->empty());
}

TEST_P(QueueContract, StoresALinkAheadOfTheOutcome) {
  Task task = claimed_course(12, seconds{0});
  task.link = Link{};
  task.link->sent["user:7"] = "perhaps";
  const auto lost = queue().store_ahead({&task, 1});
  ASSERT_TRUE(lost) << lost.error().message;
  EXPECT_TRUE(lost->empty());
  EXPECT_EQ(count("running"), 1) << "the task goes on";
  EXPECT_EQ(claim_one().link->sent.at("user:7"), "perhaps");
}

TEST_P(QueueContract, StoresNoLinkAheadForATaskThatWasTakenOver) {
  Task lost = claimed_course(12, seconds{0});
  const Task ours = claim_one();
  lost.link = Link{};
  lost.link->sent["user:7"] = "perhaps";
  const auto named = queue().store_ahead({&lost, 1});
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(*named, (std::vector<TaskKey>{lost.key}));
  const std::vector<EntityRef> refs{{"node", 12}};
  EXPECT_TRUE(queue().linked_ids("course", refs)->empty());
}

TEST_P(QueueContract, KeepsTheRestOfALinkThatIsStoredAhead) {
  settle(done_with_id(claimed_course(12), 55));
  Task task = claimed_course(12);
  task.link->sent["user:7"] = "perhaps";
  ASSERT_TRUE(queue().store_ahead({&task, 1}));
  const std::vector<EntityRef> refs{{"node", 12}};
  EXPECT_EQ(queue().linked_ids("course", refs)->at(0).second.moodle_id, MoodleId{55});
}

INSTANTIATE_TEST_SUITE_P(Queues, QueueContract, testing::Values(in_memory_rig(), postgres_rig()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace moodlesync::contract
