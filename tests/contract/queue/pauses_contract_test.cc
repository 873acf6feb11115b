// What every Pauses promises, held against each implementation.
#include <gtest/gtest.h>

#include "contract/queue/queue_rig.h"

namespace moodlesync::contract {
namespace {

using std::chrono::seconds;

class PausesContract : public testing::TestWithParam<QueueRigKind> {
 protected:
  PausesContract() : rig_(GetParam().make()) {
    rig_->capture({"node", 1}, "course");
    rig_->capture({"taxonomy_term", 2}, "sections");
    EXPECT_TRUE(rig_->queue().drain(100));
  }
  /// The components whose tasks `queue` gives out.
  static std::vector<std::string> claimed(Queue& queue) {
    const auto tasks = queue.claim({100, {"category", "course"}, seconds{60}});
    EXPECT_TRUE(tasks) << tasks.error().message;
    std::vector<std::string> components;
    for (const Task& task : *tasks) components.push_back(task.key.component);
    return components;
  }
  std::unique_ptr<QueueRig> rig_;
};

using Names = std::vector<std::string>;

TEST_P(PausesContract, KeepsAPausedComponentFromEveryInstanceAndNoOtherComponent) {
  EXPECT_TRUE(*rig_->pauses().pause("course", ""));
  EXPECT_EQ(claimed(rig_->other_instance()), Names{"category"});
  EXPECT_EQ(claimed(rig_->queue()), Names{});
}

TEST_P(PausesContract, KeepsEverythingWhenNoComponentIsNamed) {
  EXPECT_TRUE(*rig_->pauses().pause("", "upgrade"));
  EXPECT_EQ(claimed(rig_->queue()), Names{});
}

TEST_P(PausesContract, GivesOutWhatWaitedOnceItIsResumed) {
  ASSERT_TRUE(rig_->pauses().pause("course", ""));
  EXPECT_EQ(*rig_->pauses().resume("course"), 1U);
  EXPECT_EQ(claimed(rig_->queue()).size(), 2U);
  EXPECT_EQ(*rig_->pauses().resume("course"), 0U);
}

TEST_P(PausesContract, EndsEveryPauseAtOnceButLeavesAllPausedWhenOnlyOneIsResumed) {
  ASSERT_TRUE(rig_->pauses().pause("course", ""));
  ASSERT_TRUE(rig_->pauses().pause("", ""));
  EXPECT_EQ(*rig_->pauses().resume("course"), 1U);
  EXPECT_EQ(claimed(rig_->queue()), Names{});
  EXPECT_EQ(*rig_->pauses().resume(""), 1U);
  EXPECT_EQ(claimed(rig_->queue()).size(), 2U);
}

TEST_P(PausesContract, TellsWhatIsPausedAndWhyInTheLatestWords) {
  EXPECT_TRUE(*rig_->pauses().pause("course", "first"));
  EXPECT_FALSE(*rig_->pauses().pause("course", "second"));
  const auto list = rig_->pauses().list();
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->at(0).component, "course");
  EXPECT_EQ(list->at(0).reason, "second");
  EXPECT_LT(list->at(0).since, seconds{60});
}

TEST_P(PausesContract, LetsChangesBeTakenInAndWhatIsBeingWorkedOnBeSettled) {
  const auto tasks = rig_->queue().claim({100, {"course"}, seconds{60}});
  ASSERT_EQ(tasks->size(), 1U);
  ASSERT_TRUE(rig_->pauses().pause("course", ""));
  rig_->capture({"node", 3}, "course");
  EXPECT_EQ(rig_->queue().drain(100)->taken, 1U);
  Settlement done;
  done.key = tasks->at(0).key;
  done.token = tasks->at(0).token;
  done.generation = tasks->at(0).generation;
  EXPECT_EQ(rig_->queue().settle({&done, 1})->settled, 1U);
}

INSTANTIATE_TEST_SUITE_P(Queues, PausesContract, testing::Values(in_memory_rig(), postgres_rig()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace moodlesync::contract
