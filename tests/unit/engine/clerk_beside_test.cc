#include "engine/clerk_beside.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <future>

#include "support/ports/fake_ports.h"
#include "support/ports/fake_state_folder.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;

/// A queue whose settling lasts as long as a test wants it to.
class SlowQueue : public fakes::InMemoryQueue {
 public:
  using InMemoryQueue::InMemoryQueue;
  std::promise<void> may_settle;

  Result<SettleReport> settle(std::span<const Settlement> settlements) override {
    may_settle.get_future().wait();
    return InMemoryQueue::settle(settlements);
  }
};

/// One course that is due. The queue is the clerk's alone from begin to take.
class ClerkBesideTest : public testing::Test {
 protected:
  ClerkBesideTest() {
    queue_.capture({"node", 1}, "course");
    EXPECT_TRUE(queue_.drain(10));
  }
  static std::vector<SourceSpec> sources() {
    const fakes::ScriptedComponent component("course", "node", "course");
    return {component.sources().begin(), component.sources().end()};
  }
  [[nodiscard]] static bool is_readable(int fd, seconds wait = seconds{0}) {
    pollfd entry{fd, POLLIN, 0};
    return poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(wait).count())) == 1;
  }
  [[nodiscard]] Task claimed(ClerkBeside& clerk) {
    clerk.begin_claim({10, {"course"}, seconds{45}});
    clerk.wait();
    auto claimed = clerk.take_claimed();
    return claimed.value().tasks->at(0);
  }
  [[nodiscard]] static Settlement done(const Task& task) {
    Settlement settlement;
    settlement.key = task.key;
    settlement.token = task.token;
    settlement.generation = task.generation;
    return settlement;
  }

  SlowQueue queue_{sources()};
  fakes::FakeSite site_;
  fakes::FakeStateFolder folder_;
  Guard guard_{site_, folder_, "https://drupal.example"};
};

TEST_F(ClerkBesideTest, SaysWhenItHasClaimed) {
  ClerkBeside clerk({queue_, guard_});
  EXPECT_FALSE(is_readable(clerk.fd()));
  EXPECT_FALSE(clerk.take_claimed());
  clerk.begin_claim({10, {"course"}, seconds{45}});
  EXPECT_TRUE(clerk.is_claiming());
  ASSERT_TRUE(is_readable(clerk.fd(), seconds{30}));
  clerk.hear();
  EXPECT_FALSE(is_readable(clerk.fd()));
  ASSERT_TRUE(clerk.has_claimed());
  const auto claimed = clerk.take_claimed();
  ASSERT_TRUE(claimed && claimed->tasks);
  EXPECT_EQ(claimed->tasks->size(), 1U);
  EXPECT_FALSE(clerk.is_claiming());
  EXPECT_FALSE(clerk.take_claimed());
}

TEST_F(ClerkBesideTest, SettlesWhileItsCallerDoesSomethingElse) {
  ClerkBeside clerk({queue_, guard_});
  const Settlement settlement = done(claimed(clerk));
  clerk.begin_settling({&settlement, 1});
  EXPECT_FALSE(clerk.take_settled()) << "it cannot have ended yet";
  EXPECT_TRUE(clerk.is_settling());
  queue_.may_settle.set_value();
  clerk.wait();
  const auto settled = clerk.take_settled();
  ASSERT_TRUE(settled && *settled);
  EXPECT_EQ((*settled)->settled, 1U);
  EXPECT_FALSE(clerk.is_settling());
  EXPECT_TRUE(queue_.rows().empty());
}

TEST_F(ClerkBesideTest, ClaimsNothingInADatabaseThatIsNotTheSite) {
  site_.observed().database_name = "copy";
  ClerkBeside clerk({queue_, guard_});
  clerk.begin_claim({10, {"course"}, seconds{45}});
  clerk.wait();
  const auto claimed = clerk.take_claimed();
  ASSERT_TRUE(claimed);
  ASSERT_FALSE(claimed->guarded);
  EXPECT_EQ(claimed->guarded.error().code, "guard");
  EXPECT_EQ(queue_.rows().begin()->second.state, "pending");
}

TEST_F(ClerkBesideTest, EndsWhatWasBegunBeforeItGoes) {
  Settlement settlement;
  {
    ClerkBeside clerk({queue_, guard_});
    settlement = done(claimed(clerk));
    clerk.begin_settling({&settlement, 1});
    queue_.may_settle.set_value();
  }
  EXPECT_TRUE(queue_.rows().empty());
}

}  // namespace
}  // namespace moodlesync::engine
