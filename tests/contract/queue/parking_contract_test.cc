// What every Parking promises, held against each implementation.
#include <gtest/gtest.h>

#include "contract/queue/queue_rig.h"

namespace moodlesync::contract {
namespace {

using std::chrono::seconds;

class ParkingContract : public testing::TestWithParam<QueueRigKind> {
 protected:
  ParkingContract() : rig_(GetParam().make()) {}

  /// An entity whose task was refused with `code`.
  void park(const EntityRef& entity, const std::string& code) {
    const std::string bundle = entity.type == "node" ? "course" : "sections";
    rig_->capture(entity, bundle);
    ASSERT_TRUE(rig_->queue().drain(100));
    const auto tasks = claim();
    ASSERT_EQ(tasks.size(), 1U);
    Settlement parked;
    parked.key = tasks[0].key;
    parked.token = tasks[0].token;
    parked.generation = tasks[0].generation;
    parked.state = Settlement::State::kParked;
    parked.code = code;
    parked.message = "Moodle says no to " + to_string(entity);
    parked.link = Link{};
    parked.link->moodle_id = MoodleId{entity.id + 100};
    ASSERT_TRUE(rig_->queue().settle({&parked, 1}));
  }
  [[nodiscard]] std::vector<Task> claim() {
    auto tasks = rig_->queue().claim({100, {"category", "course"}, seconds{60}});
    EXPECT_TRUE(tasks) << tasks.error().message;
    return tasks ? *tasks : std::vector<Task>{};
  }
  [[nodiscard]] ParkedList list(const ParkedFilter& filter = {}, int limit = 100) {
    auto list = rig_->parking().list(filter, limit);
    EXPECT_TRUE(list) << list.error().message;
    return list ? *list : ParkedList{};
  }
  void park_three() {
    park({"node", 1}, "shortnametaken");
    park({"node", 2}, "bad_value");
    park({"taxonomy_term", 1}, "bad_value");
  }

  std::unique_ptr<QueueRig> rig_;
};

TEST_P(ParkingContract, ShowsWhatIsParkedAndWhy) {
  park({"node", 1}, "shortnametaken");
  const ParkedList parked = list();
  ASSERT_EQ(parked.tasks.size(), 1U);
  EXPECT_EQ(parked.total, 1);
  const ParkedTask& task = parked.tasks[0];
  EXPECT_EQ(task.key, (TaskKey{"course", "main", {"node", 1}}));
  EXPECT_EQ(task.code, "shortnametaken");
  EXPECT_EQ(task.message, "Moodle says no to node:1");
  EXPECT_EQ(task.moodle_id, MoodleId{101});
  EXPECT_EQ(task.attempts, 0);
}

TEST_P(ParkingContract, ShowsNothingThatIsNotParked) {
  rig_->capture({"node", 1}, "course");
  ASSERT_TRUE(rig_->queue().drain(100));
  EXPECT_EQ(list().total, 0);
}

TEST_P(ParkingContract, FiltersByComponentCodeAndEntity) {
  park_three();
  EXPECT_EQ(list({.component = "course"}).total, 2);
  EXPECT_EQ(list({.code = "bad_value"}).total, 2);
  EXPECT_EQ(list({.entity = EntityRef{"taxonomy_term", 1}}).total, 1);
  EXPECT_EQ(list({.component = "course", .code = "bad_value"}).total, 1);
  EXPECT_EQ(list({.component = "users"}).total, 0);
}

TEST_P(ParkingContract, CountsAllEvenWhenItShowsOnlySome) {
  park_three();
  const ParkedList some = list({}, 2);
  EXPECT_EQ(some.tasks.size(), 2U);
  EXPECT_EQ(some.total, 3);
  const ParkedList none = list({}, 0);
  EXPECT_TRUE(none.tasks.empty());
  EXPECT_EQ(none.total, 3);
}

TEST_P(ParkingContract, MakesWhatFitsDueAtOnce) {
  park_three();
  EXPECT_EQ(*rig_->parking().retry({.code = "bad_value"}), 2U);
  EXPECT_EQ(list().total, 1);
  EXPECT_EQ(claim().size(), 2U);
}

TEST_P(ParkingContract, ForgetsWhatIsDroppedAndKeepsItsLink) {
  park_three();
  EXPECT_EQ(*rig_->parking().drop({.entity = EntityRef{"node", 1}}), 1U);
  EXPECT_EQ(list().total, 2);
  EXPECT_TRUE(claim().empty());
  const std::vector<EntityRef> refs{{"node", 1}};
  EXPECT_EQ(rig_->queue().linked_ids("course", refs)->size(), 1U);
}

TEST_P(ParkingContract, QueuesADroppedEntityAgainWhenItChanges) {
  park({"node", 1}, "shortnametaken");
  ASSERT_TRUE(rig_->parking().drop({}));
  rig_->capture({"node", 1}, "course");
  ASSERT_TRUE(rig_->queue().drain(100));
  const auto tasks = claim();
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].link->moodle_id, MoodleId{101});
}

INSTANTIATE_TEST_SUITE_P(Queues, ParkingContract, testing::Values(in_memory_rig(), postgres_rig()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace moodlesync::contract
