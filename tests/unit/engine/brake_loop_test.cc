// The brake in the loop: what is held harms nobody else, and comes back when it is allowed.
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "engine/loop.h"
#include "late_clerk.h"
#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/fake_state_folder.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

class BrakeInTheLoop : public testing::TestWithParam<Clerks> {
 protected:
  BrakeInTheLoop() {
    components_.push_back(
        std::make_unique<fakes::ScriptedComponent>("category", "taxonomy_term", "sections"));
    components_.push_back(std::make_unique<fakes::ScriptedComponent>("course", "node", "course"));
    for (const auto& component : components_) {
      for (const SourceSpec& source : component->sources()) sources_.push_back(source);
    }
    queue_ = std::make_unique<fakes::InMemoryQueue>(sources_);
    ledger_ = std::make_unique<fakes::InMemoryLedger>(*queue_, sources_);
    gateway_.after_pump = [this] {
      clock_.advance(std::chrono::milliseconds{10});
      queue_->advance(std::chrono::milliseconds{10});
    };
  }

  void save(const EntityRef& ref, const std::string& bundle, std::string title) {
    Entity entity;
    entity.ref = ref;
    entity.exists = true;
    entity.bundle = bundle;
    entity.fields["title"] = {{ValueType::kText, std::move(title)}};
    reader_.set(entity);
    queue_->capture(ref, bundle);
  }
  void courses(int count) {
    for (int id = 1; id <= count; ++id) save({"node", id}, "course", "Course");
    (void)run();
  }
  void delete_courses(int first, int last) {
    for (int id = first; id <= last; ++id) {
      reader_.remove({"node", id});
      queue_->capture({"node", id}, "course");
    }
  }
  RunEnd run() {
    Guard guard(site_, folder_, "https://drupal.example");
    LoopPorts ports{*queue_,  reader_, write_back_, listener_,   gateway_,
                    control_, clock_,  guard,       components_, *ledger_};
    LateClerk clerk(*queue_, guard);
    if (GetParam() == Clerks::kBeside) ports.clerk = &clerk;
    Loop loop(ports, settings_, log_);
    return loop.run(RunMode::kUntilIdle);
  }
  [[nodiscard]] std::ptrdiff_t parked() const {
    return std::ranges::count_if(queue_->rows(), [](const auto& row) {
      return row.second.state == "parked" && row.second.code == kBrakeCode;
    });
  }

  std::vector<std::unique_ptr<Component>> components_;
  std::vector<SourceSpec> sources_;
  std::unique_ptr<fakes::InMemoryQueue> queue_;
  std::unique_ptr<fakes::InMemoryLedger> ledger_;
  fakes::FakeClock clock_;
  fakes::FakeReader reader_;
  fakes::FakeWriteBack write_back_;
  fakes::FakeListener listener_;
  fakes::FakeControl control_;
  fakes::FakeSite site_;
  fakes::FakeStateFolder folder_;
  int gone_ = 0;
  fakes::FakeGateway gateway_{[this](const Call& call) -> Result<Json> {
    gone_ += call.removal.empty() ? 0 : 1;
    return Json(7);
  }};
  EngineSettings settings_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
};

TEST_P(BrakeInTheLoop, ParksWhatIsHeldAndSaysSoAtTheEnd) {
  courses(30);
  delete_courses(1, 30);
  const RunEnd end = run();
  EXPECT_EQ(end.kind, RunEnd::Kind::kIdle);
  EXPECT_TRUE(end.removals_held);
  EXPECT_EQ(parked(), 30);
  EXPECT_EQ(gone_, 0);
}

TEST_P(BrakeInTheLoop, GoesOnWithEverythingElse) {
  courses(30);
  delete_courses(1, 30);
  save({"node", 31}, "course", "New");
  save({"taxonomy_term", 4}, "sections", "Arts");
  (void)run();
  EXPECT_TRUE(queue_->all_links().contains({"course", "main", {"node", 31}}));
  EXPECT_TRUE(queue_->all_links().contains({"category", "main", {"taxonomy_term", 4}}));
  EXPECT_EQ(parked(), 30);
}

TEST_P(BrakeInTheLoop, HoldsNothingBelowTheLimit) {
  courses(30);
  delete_courses(1, 20);
  EXPECT_FALSE(run().removals_held);
  EXPECT_EQ(gone_, 20);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(BrakeInTheLoop, WeighsTogetherWhatComesInSeveralClaims) {
  settings_.claim_limit = 10;
  courses(30);
  delete_courses(1, 30);
  (void)run();
  EXPECT_EQ(gone_, 0) << "no claim alone is too much";
  EXPECT_EQ(parked(), 30);
}

TEST_P(BrakeInTheLoop, WaitsForConversationsThatStillAskMoodle) {
  courses(30);
  delete_courses(1, 15);
  save({"node", 31}, "course", "New");
  gateway_.hold(true);
  int pumps = 0;
  gateway_.after_pump = [&] {
    clock_.advance(std::chrono::milliseconds{100});
    queue_->advance(std::chrono::milliseconds{100});
    if (++pumps == 10) delete_courses(16, 30);
    if (pumps == 30) gateway_.hold(false);
  };
  (void)run();
  EXPECT_EQ(gone_, 0) << "the first fifteen were weighed with the others";
  EXPECT_EQ(parked(), 30);
}

TEST_P(BrakeInTheLoop, WeighsNothingBeforeAllChangesAreKnown) {
  courses(30);
  delete_courses(1, 15);
  save({"node", 31}, "course", "New");
  settings_.poll_interval = std::chrono::milliseconds{10};
  gateway_.hold(true);
  bool is_first = true;
  gateway_.after_pump = [&] {
    clock_.advance(std::chrono::milliseconds{10});
    queue_->advance(std::chrono::milliseconds{10});
    if (gateway_.outstanding() == 0 || !std::exchange(is_first, false)) return;
    for (int i = 0; i < 20'000; ++i) queue_->capture({"node", 99}, "page");
    delete_courses(16, 30);
  };
  int drains = 0;
  queue_->on_drain = [&] {
    if (is_first) return;
    clock_.advance(std::chrono::seconds{11});
    queue_->advance(std::chrono::seconds{11});
    if (++drains == 3) gateway_.hold(false);
  };
  (void)run();
  EXPECT_EQ(gone_, 0) << "the first fifteen were weighed with the others";
  EXPECT_EQ(parked(), 30);
}

TEST_P(BrakeInTheLoop, DoesNotWaitForASlowMoodleForEver) {
  courses(30);
  delete_courses(1, 15);
  save({"node", 31}, "course", "New");
  gateway_.hold(true);
  std::size_t most = 0;
  int pumps = 0;
  gateway_.after_pump = [&] {
    clock_.advance(std::chrono::milliseconds{100});
    queue_->advance(std::chrono::milliseconds{100});
    most = std::max(most, gateway_.outstanding());
    if (++pumps == 200) gateway_.hold(false);
  };
  (void)run();
  EXPECT_EQ(most, 16U) << "they were sent while the creation was still out";
  EXPECT_EQ(gone_, 15);
}

TEST_P(BrakeInTheLoop, CountsAcrossRestarts) {
  courses(30);
  delete_courses(1, 20);
  (void)run();
  delete_courses(21, 21);
  EXPECT_TRUE(run().removals_held);
  EXPECT_EQ(gone_, 20);
}

TEST_P(BrakeInTheLoop, LetsWhatWasAllowedGoAndNothingElse) {
  courses(60);
  delete_courses(1, 30);
  (void)run();
  ASSERT_TRUE(ledger_->allow("course", std::chrono::hours{24}));
  delete_courses(31, 60);
  EXPECT_TRUE(run().removals_held);
  EXPECT_EQ(gone_, 30);
  EXPECT_EQ(parked(), 30);
}

TEST_P(BrakeInTheLoop, IsOffByItselfWhenTheEntitiesAreBack) {
  courses(30);
  delete_courses(1, 30);
  (void)run();
  for (int id = 1; id <= 30; ++id) save({"node", id}, "course", "Course");
  EXPECT_FALSE(run().removals_held);
  EXPECT_EQ(parked(), 0);
  EXPECT_EQ(gone_, 0);
}

INSTANTIATE_TEST_SUITE_P(Clerks, BrakeInTheLoop, testing::Values(Clerks::kInTurn, Clerks::kBeside),
                         name_of);

}  // namespace
}  // namespace moodlesync::engine
