// What every RemovalLedger promises, held against each implementation.
#include <gtest/gtest.h>

#include <algorithm>

#include "contract/queue/queue_rig.h"

namespace moodlesync::contract {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds kWindow{3600};

/// Three may pass within the window, or a tenth of what is linked.
bool rule(std::string_view /*component*/, const BrakeReading& reading) {
  if (reading.holding) return reading.wanted == 0;
  return reading.passed + reading.wanted <= std::max<std::int64_t>(3, reading.linked / 10);
}

class LedgerContract : public testing::TestWithParam<QueueRigKind> {
 protected:
  LedgerContract() : rig_(GetParam().make()) {}
  RemovalLedger& ledger() { return rig_->removals(); }

  /// Claims the tasks of courses `first` to `last`, and asks to take one thing of each away.
  std::vector<Removal> claimed(std::int64_t first, std::int64_t last) {
    for (std::int64_t id = first; id <= last; ++id) rig_->capture({"node", id}, "course");
    EXPECT_TRUE(rig_->queue().drain(100));
    auto tasks = rig_->queue().claim({100, {"course"}, hours{1000}});
    EXPECT_TRUE(tasks) << tasks.error().message;
    std::vector<Removal> removals;
    for (const Task& task : *tasks) {
      removals.push_back({task.key, "delete", "1"});
      tasks_[task.key] = task;
    }
    return removals;
  }
  Weighing weigh(const std::vector<Removal>& removals, RemovalLedger& with) {
    auto weighing = with.weigh(removals, kWindow, &rule);
    EXPECT_TRUE(weighing) << weighing.error().message;
    return weighing ? *weighing : Weighing{};
  }
  std::ptrdiff_t held(const std::vector<Removal>& removals) {
    return std::ranges::count(weigh(removals, ledger()).held, true);
  }
  /// What the engine does with a task whose call was held, or (`done`) with one that went through.
  void settle(const std::vector<Removal>& removals, bool done = false) {
    std::vector<Settlement> group;
    for (const Removal& removal : removals) {
      const Task& task = tasks_.at(removal.task);
      Settlement settlement;
      settlement.key = task.key;
      settlement.token = task.token;
      settlement.generation = task.generation;
      settlement.state = done ? Settlement::State::kDone : Settlement::State::kParked;
      settlement.code = done ? "" : std::string(kBrakeCode);
      settlement.link = Link{};
      settlement.link->moodle_id = MoodleId{5};
      group.push_back(std::move(settlement));
    }
    const auto report = rig_->queue().settle(group);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->settled, group.size());
  }
  /// Courses whose removals are held and parked.
  std::vector<Removal> held_courses(std::int64_t first, std::int64_t last) {
    std::vector<Removal> removals = claimed(first, last);
    EXPECT_EQ(held(removals), static_cast<std::ptrdiff_t>(removals.size()));
    settle(removals);
    return removals;
  }
  std::vector<HeldRemovals> all_held() {
    auto all = ledger().held();
    EXPECT_TRUE(all) << all.error().message;
    return all ? *all : std::vector<HeldRemovals>{};
  }

  std::unique_ptr<QueueRig> rig_;
  std::map<TaskKey, Task> tasks_;
};

TEST_P(LedgerContract, LetsPassWhatTheRuleAllows) {
  const Weighing weighing = weigh(claimed(1, 3), ledger());
  EXPECT_EQ(weighing.held, (std::vector<bool>{false, false, false}));
  EXPECT_TRUE(weighing.trips.empty());
  EXPECT_TRUE(all_held().empty());
}

TEST_P(LedgerContract, HoldsAllOrNothingAndTellsOfItOnce) {
  const auto removals = claimed(1, 4);
  const Weighing first = weigh(removals, ledger());
  EXPECT_EQ(std::ranges::count(first.held, true), 4);
  ASSERT_EQ(first.trips.size(), 1U);
  EXPECT_EQ(first.trips[0].component, "course");
  EXPECT_EQ(first.trips[0].reading.wanted, 4);
  EXPECT_TRUE(weigh(removals, ledger()).trips.empty());
}

TEST_P(LedgerContract, AddsUpWithinTheWindow) {
  EXPECT_EQ(held(claimed(1, 3)), 0);
  EXPECT_EQ(held(claimed(4, 4)), 1);
}

TEST_P(LedgerContract, ForgetsWhatIsOlderThanTheWindow) {
  EXPECT_EQ(held(claimed(1, 3)), 0);
  rig_->let_pass(kWindow + seconds{1});
  EXPECT_EQ(held(claimed(4, 6)), 0);
}

TEST_P(LedgerContract, AddsUpWhatOtherInstancesTakeAway) {
  EXPECT_EQ(std::ranges::count(weigh(claimed(1, 3), rig_->other_removals()).held, true), 0);
  EXPECT_EQ(held(claimed(4, 4)), 1);
}

TEST_P(LedgerContract, CountsARemovalThatIsTriedAgainOnlyOnce) {
  const auto removals = claimed(1, 3);
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_EQ(held(removals), 0);
}

TEST_P(LedgerContract, CountsEachRemovalOfOneTask) {
  std::vector<Removal> removals = claimed(1, 1);
  for (const char* identity : {"2", "3", "4"}) {
    removals.push_back({removals[0].task, "unenrol", identity});
  }
  EXPECT_EQ(held(removals), 4);
  const auto all = all_held();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].removals, 4);
  EXPECT_EQ(all[0].entities, 1);
  EXPECT_EQ(all[0].by_verb, (std::map<std::string, std::int64_t>{{"delete", 1}, {"unenrol", 3}}));
}

TEST_P(LedgerContract, CountsWhatIsLinkedByTheKeysThatTheSourceNames) {
  const auto course = claimed(1, 1);
  Link link;
  link.sent["course"] = "7";
  for (int user = 1; user <= 70; ++user) link.sent["user:" + std::to_string(user)] = "x";
  Settlement done;
  done.key = course[0].task;
  done.token = tasks_.at(done.key).token;
  done.generation = tasks_.at(done.key).generation;
  done.link = link;
  ASSERT_TRUE(rig_->queue().settle({&done, 1}));
  const auto removals = claimed(2, 9);
  const Weighing weighing = weigh(removals, ledger());
  ASSERT_EQ(weighing.trips.size(), 1U);
  EXPECT_EQ(weighing.trips[0].reading.linked, 70);
}

TEST_P(LedgerContract, HoldsTheRestOfAMistakeHoweverSmall) {
  held_courses(1, 4);
  EXPECT_EQ(held(claimed(5, 5)), 1);
}

TEST_P(LedgerContract, KeepsHoldingWhatIsTriedAgain) {
  held_courses(1, 4);
  rig_->let_pass(kWindow * 2);
  ASSERT_TRUE(rig_->parking().retry({}));
  EXPECT_EQ(held(claimed(1, 4)), 4);
}

TEST_P(LedgerContract, TellsWhatIsHeld) {
  held_courses(1, 12);
  const auto all = all_held();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].component, "course");
  EXPECT_EQ(all[0].removals, 12);
  EXPECT_EQ(all[0].entities, 12);
  EXPECT_EQ(all[0].tripped, (BrakeReading{12, 0, 0, true}));
  EXPECT_EQ(all[0].examples.size(), HeldRemovals::kMostExamples);
  EXPECT_EQ(all[0].examples[0], (TaskKey{"course", "main", {"node", 1}}));
}

TEST_P(LedgerContract, HoldsNothingOfATaskThatEndedAnotherWay) {
  held_courses(1, 4);
  const auto put_right = claimed(1, 4);
  EXPECT_EQ(all_held().size(), 1U) << "they are being looked at anew";
  settle(put_right, true);
  EXPECT_TRUE(all_held().empty());
  EXPECT_EQ(held(claimed(5, 7)), 0) << "the brake is off";
}

TEST_P(LedgerContract, LetsWhatIsAllowedGoAndMakesItDue) {
  held_courses(1, 4);
  EXPECT_EQ(*ledger().allow("course", hours{24}), 4U);
  EXPECT_TRUE(all_held().empty());
  const auto again = claimed(1, 4);
  EXPECT_EQ(again.size(), 4U);
  EXPECT_EQ(held(again), 0);
}

TEST_P(LedgerContract, DoesNotCountWhatWasAllowed) {
  held_courses(1, 4);
  ASSERT_TRUE(ledger().allow("", hours{24}));
  EXPECT_EQ(held(claimed(1, 4)), 0);
  EXPECT_EQ(held(claimed(11, 13)), 0);
}

TEST_P(LedgerContract, LetsNothingGoThatWasNotHeldWhenItWasAllowed) {
  held_courses(1, 4);
  ASSERT_TRUE(ledger().allow("course", hours{24}));
  EXPECT_EQ(held(claimed(11, 14)), 4) << "four are allowed, four are new";
}

TEST_P(LedgerContract, ForgetsAPermissionThatWasNotUsedInTime) {
  held_courses(1, 4);
  ASSERT_TRUE(ledger().allow("course", hours{24}));
  rig_->let_pass(hours{25});
  EXPECT_EQ(held(claimed(1, 4)), 4);
}

TEST_P(LedgerContract, TakesAPermissionForOnce) {
  held_courses(1, 4);
  ASSERT_TRUE(ledger().allow("course", hours{24}));
  const auto again = claimed(1, 4);
  EXPECT_EQ(held(again), 0);
  EXPECT_EQ(held(again), 0) << "tried again soon";
  rig_->let_pass(hours{2});
  EXPECT_EQ(held(again), 4) << "the same mistake, made anew";
}

TEST_P(LedgerContract, AllowsATaskThatIsAboutToBeParked) {
  const auto removals = claimed(1, 4);
  EXPECT_EQ(held(removals), 4);
  ASSERT_TRUE(ledger().allow("course", hours{24}));
  settle(removals);
  EXPECT_EQ(claimed(11, 11).size(), 5U) << "the four are due again";
}

TEST_P(LedgerContract, AllowsOnlyTheComponentThatWasNamed) {
  held_courses(1, 4);
  EXPECT_EQ(*ledger().allow("category", hours{24}), 0U);
  EXPECT_EQ(all_held().size(), 1U);
}

TEST_P(LedgerContract, ForgetsWhatIsDroppedWithItsTasks) {
  held_courses(1, 4);
  const auto dropped = ledger().drop("course");
  ASSERT_TRUE(dropped) << dropped.error().message;
  EXPECT_EQ(dropped->tasks, 4U);
  EXPECT_EQ(dropped->left, 0U);
  EXPECT_TRUE(all_held().empty());
  EXPECT_EQ((*rig_->parking().list({}, 10)).total, 0);
  EXPECT_EQ(held(claimed(5, 7)), 0) << "the brake is off";
}

TEST_P(LedgerContract, LeavesWhatIsBeingLookedAtAnewWhenTheRestIsDropped) {
  held_courses(1, 4);
  rig_->capture({"node", 1}, "course");
  ASSERT_TRUE(rig_->queue().drain(100));
  const auto dropped = ledger().drop("");
  ASSERT_TRUE(dropped) << dropped.error().message;
  EXPECT_EQ(dropped->tasks, 3U);
  EXPECT_EQ(dropped->left, 1U);
  ASSERT_EQ(all_held().size(), 1U);
  EXPECT_EQ(all_held()[0].entities, 1);
}

TEST_P(LedgerContract, ReleasesWhatWasHeldOfAParkedTaskThatIsDropped) {
  held_courses(1, 4);
  ASSERT_TRUE(rig_->parking().drop({.code = std::string(kBrakeCode)}));
  EXPECT_TRUE(all_held().empty());
  rig_->capture({"node", 1}, "course");
  ASSERT_TRUE(rig_->queue().drain(100));
  EXPECT_TRUE(all_held().empty()) << "its new task has nothing to do with the old";
}

INSTANTIATE_TEST_SUITE_P(Queues, LedgerContract, testing::Values(in_memory_rig(), postgres_rig()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace moodlesync::contract
