#include "engine/leases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

/// A queue that tells how often leases were renewed, and can be away.
class RenewingQueue : public fakes::InMemoryQueue {
 public:
  using InMemoryQueue::InMemoryQueue;
  int renewals = 0;
  bool is_away = false;

  Result<std::vector<TaskKey>> renew(std::span<const Task> tasks, seconds lease) override {
    if (is_away) return Error{ErrorKind::kUnavailable, "database_unavailable", "no route"};
    ++renewals;
    return InMemoryQueue::renew(tasks, lease);
  }
};

/// One conversation that goes on, as Moodle does not answer.
class LeasesTest : public testing::Test {
 protected:
  LeasesTest() {
    gateway_.hold(true);
    leases_.begin();
  }
  static std::vector<std::unique_ptr<Component>> a_component() {
    std::vector<std::unique_ptr<Component>> components;
    components.push_back(std::make_unique<fakes::ScriptedComponent>("course", "node", "course"));
    return components;
  }
  void begin_a_conversation() {
    queue_.capture({"node", 1}, "course");
    ASSERT_TRUE(queue_.drain(10));
    leases_.note_claim(clock_.now());
    auto tasks = queue_.claim({10, {"course"}, kLease});
    ASSERT_TRUE(tasks);
    Prepared prepared;
    prepared.task = tasks->at(0);
    prepared.conversation.source = &components_[0]->sources()[0];
    prepared.conversation.entity.ref = {"node", 1};
    prepared.conversation.entity.exists = true;
    prepared.conversation.entity.fields["title"] = {{ValueType::kText, "Algebra"}};
    prepared.component = components_[0].get();
    crew_.start(std::move(prepared));
    ASSERT_EQ(crew_.size(), 1U);
  }
  void pass(seconds time) {
    clock_.advance(time);
    queue_.advance(time);
  }

  static constexpr seconds kLease{45};
  std::vector<std::unique_ptr<Component>> components_ = a_component();
  RenewingQueue queue_{components_[0]->sources()};
  fakes::FakeClock clock_;
  fakes::FakeGateway gateway_{[](const Call&) { return Json(1); }};
  std::ostringstream text_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
  fakes::InMemoryLedger ledger_{queue_};
  BrakeSettings brake_settings_;
  Brake brake_{{ledger_, gateway_, clock_}, brake_settings_, log_};
  Crew crew_{clock_, brake_};
  EngineSettings settings_;
  Directory directory_{components_};
  ClerkInTurn clerk_{queue_};
  Settler settler_{directory_, {queue_, clerk_, clock_}, settings_, log_};
  Leases leases_{{queue_, crew_, settler_, clock_}, kLease, log_};
};

TEST_F(LeasesTest, AreRenewedThreeTimesPerLease) {
  begin_a_conversation();
  pass(seconds{14});
  EXPECT_EQ(*leases_.renew(), 0U);
  EXPECT_EQ(queue_.renewals, 0);
  EXPECT_EQ(leases_.next() - clock_.now(), seconds{1});
  pass(seconds{1});
  EXPECT_EQ(*leases_.renew(), 0U);
  EXPECT_EQ(*leases_.renew(), 0U);
  EXPECT_EQ(queue_.renewals, 1);
  EXPECT_EQ(leases_.next() - clock_.now(), seconds{15});
}

TEST_F(LeasesTest, AreNoAffairOfTheDatabaseWhileNothingIsGoingOn) {
  pass(kLease);
  EXPECT_EQ(*leases_.renew(), 0U);
  EXPECT_EQ(queue_.renewals, 0);
}

TEST_F(LeasesTest, AreLeftToAnotherInstanceThatTookOver) {
  begin_a_conversation();
  pass(kLease);
  ASSERT_EQ(queue_.claim({10, {"course"}, kLease})->size(), 1U);
  EXPECT_EQ(*leases_.renew(), 1U);
  EXPECT_EQ(crew_.size(), 0U);
  EXPECT_THAT(text_.str(), HasSubstr("MS-406"));
}

TEST_F(LeasesTest, AreGivenUpOnlyOnceTheyMustHaveEnded) {
  begin_a_conversation();
  queue_.is_away = true;
  pass(seconds{44});
  EXPECT_FALSE(leases_.renew());
  leases_.give_up_expired();
  EXPECT_EQ(crew_.size(), 1U);
  pass(seconds{1});
  leases_.give_up_expired();
  EXPECT_EQ(crew_.size(), 0U);
  EXPECT_THAT(text_.str(), HasSubstr("MS-408"));
}

TEST_F(LeasesTest, LastAnewOnceTheyWereRenewed) {
  begin_a_conversation();
  pass(seconds{44});
  ASSERT_TRUE(leases_.renew());
  queue_.is_away = true;
  pass(seconds{44});
  leases_.give_up_expired();
  EXPECT_EQ(crew_.size(), 1U);
  EXPECT_THAT(text_.str(), IsEmpty());
}

}  // namespace
}  // namespace moodlesync::engine
