// What the loop promises when instances die, Moodle goes away, or a database is put back.
#include <algorithm>
#include <iostream>

#include "loop_fixture.h"

namespace moodlesync::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class LoopSafety : public LoopTest {
 protected:
  LoopSafety() {
    other_.after_pump = [this] { pass(milliseconds{10}); };
  }

  [[nodiscard]] const fakes::InMemoryQueue::Row& row(std::int64_t node) const {
    return queue_->rows().at({"course", "main", {"node", node}});
  }
  [[nodiscard]] bool is_done(std::int64_t node) const {
    return queue_->all_links().contains({"course", "main", {"node", node}}) &&
           !queue_->rows().contains({"course", "main", {"node", node}});
  }

  /// An import of what no source wants: four drains.
  void import_much() {
    for (int i = 0; i <= 30'000; ++i) queue_->capture({"node", 99}, "page");
  }

  /// A second instance's way to the same Moodle.
  fakes::FakeGateway other_{[this](const Call& call) { return answer(call); }};
};

/// What kill -9 looks like from inside: nothing is cleaned up, nothing is released.
struct Killed {};

TEST_P(LoopSafety, RescuesTheWorkOfAKilledInstanceWithinAMinute) {
  course(1, "Algebra");
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() > 0) throw Killed();
  };
  EXPECT_THROW((void)run(RunMode::kForever), Killed);
  EXPECT_EQ(row(1).state, "running");

  milliseconds passed{0};
  other_.after_pump = [&] {
    pass(milliseconds{250});
    passed += milliseconds{250};
    if (is_done(1) || passed > minutes{5}) control_.ask(Command::kStop);
  };
  (void)run(other_, RunMode::kForever);
  EXPECT_TRUE(is_done(1));
  EXPECT_LE(passed, seconds{60});
  std::cout << "rescued after " << passed.count() << " ms (with the default lease)\n";
}

TEST_P(LoopSafety, SharesTheWorkOfOneQueueWithoutDoubles) {
  settings_.claim_limit = 4;
  for (int i = 1; i <= 10; ++i) course(i, "Course " + std::to_string(i));
  gateway_.hold(true);
  bool is_first = true;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() == 0 || !std::exchange(is_first, false)) return;
    (void)run(other_, RunMode::kUntilIdle);
    EXPECT_EQ(told_.size(), 6U) << "the other one took what the first one had left";
    gateway_.hold(false);
  };
  (void)run();
  std::ranges::sort(told_);
  EXPECT_EQ(std::ranges::unique(told_).size(), 0U);
  EXPECT_EQ(told_.size(), 10U);
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_P(LoopSafety, KeepsItsLeasesWhileItTakesInWhatALargeImportSaved) {
  course(1, "Algebra");
  gateway_.hold(true);
  bool is_first = true;
  gateway_.after_pump = [&] {
    pass(seconds{1});
    if (gateway_.outstanding() > 0 && std::exchange(is_first, false)) import_much();
  };
  int drains = 0;
  queue_->on_drain = [&] {
    if (is_first) return;
    pass(settings_.lease / 2);
    if (++drains == 4) gateway_.hold(false);
  };
  EXPECT_EQ(run().kind, RunEnd::Kind::kIdle);
  EXPECT_GE(drains, 4);
  EXPECT_EQ(told_.size(), 1U) << "nobody else, nor we ourselves, took the task again";
}

TEST_P(LoopSafety, StopsInTheMidstOfWhatALargeImportSaved) {
  import_much();
  int drains = 0;
  queue_->on_drain = [&] {
    ++drains;
    control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(drains, 1);
}

TEST_P(LoopSafety, SaysNothingMoreToMoodleAboutATaskThatAnotherInstanceHasTakenOver) {
  course(1, "Algebra");
  gateway_.hold(true);
  bool is_first = true;
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() > 0 && std::exchange(is_first, false)) {
      queue_->advance(settings_.lease);  // As when this instance had hung.
      (void)run(other_, RunMode::kUntilIdle);
      clock_.advance(settings_.lease);
    } else if (!is_first && gateway_.outstanding() == 0) {
      control_.ask(Command::kStop);
    }
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"});
  EXPECT_TRUE(is_done(1));
}

/// A queue that an instance can be cut off from.
class CutOffQueue : public fakes::InMemoryQueue {
 public:
  using InMemoryQueue::InMemoryQueue;
  bool is_cut_off = false;

  Result<std::vector<Task>> claim(const ClaimRequest& request) override {
    if (is_cut_off) return away();
    return InMemoryQueue::claim(request);
  }
  Result<std::vector<TaskKey>> renew(std::span<const Task> tasks, seconds lease) override {
    if (is_cut_off) return away();
    return InMemoryQueue::renew(tasks, lease);
  }

 private:
  static Error away() { return {ErrorKind::kUnavailable, "database_unavailable", "no route"}; }
};

TEST_P(LoopSafety, SaysNothingMoreToMoodleOnceItsLeasesRanOutUnseen) {
  auto queue = std::make_unique<CutOffQueue>(sources_);
  CutOffQueue& cut_off = *queue;
  queue_ = std::move(queue);
  course(1, "Algebra");
  gateway_.hold(true);
  milliseconds cut_off_for{0};
  bool went_on_for_a_while = false;
  gateway_.after_pump = [&] {
    pass(seconds{5});
    cut_off.is_cut_off |= gateway_.outstanding() > 0;
    if (!cut_off.is_cut_off) return;
    cut_off_for += seconds{5};
    went_on_for_a_while |= cut_off_for > seconds{20} && gateway_.outstanding() == 1;
    if (cut_off_for > settings_.lease + seconds{20}) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_TRUE(went_on_for_a_while);
  EXPECT_EQ(gateway_.outstanding(), 0U);
  EXPECT_TRUE(told_.empty());
}

TEST_P(LoopSafety, SpendsNoAttemptOnAnAnswerThatAnOutageTook) {
  settings_.max_attempts = 1;
  course(1, "Algebra");
  answers_.emplace_back(Error{ErrorKind::kInDoubt, "no_answer", "the answer did not come"});
  gateway_.after_pump = [&] {
    pass(milliseconds{400});
    if (told_.size() == 1 && gateway_.preflight_count() == 1) {
      gateway_.set_outage(Error{ErrorKind::kUnavailable, "no_answer", "the answer did not come"});
    }
    if (told_.size() == 2) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  EXPECT_EQ(gateway_.preflight_count(), 2);
  EXPECT_TRUE(is_done(1));
}

TEST_P(LoopSafety, SpendsAnAttemptOnALostAnswerWhileMoodleIsWell) {
  settings_.max_attempts = 1;
  course(1, "Algebra");
  answers_.emplace_back(Error{ErrorKind::kInDoubt, "no_answer", "the answer did not come"});
  (void)run();
  EXPECT_EQ(row(1).state, "parked");
}

TEST_P(LoopSafety, RepeatsOnlyAShareOfWhatFailsAtOnceSoon) {
  for (int i = 1; i <= 100; ++i) course(i, "Course " + std::to_string(i));
  answers_.assign(100, Error{ErrorKind::kTransient, "dmlwriteexception", "deadlock"});
  const auto before = settings_.retry_base + seconds{10};
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (!told_.empty()) control_.ask(Command::kStop);
  };
  (void)run(RunMode::kForever);
  const auto soon = std::ranges::count_if(
      queue_->rows(), [&](const auto& entry) { return entry.second.due <= before; });
  EXPECT_GE(soon, 10);
  EXPECT_LE(soon, 30);
}

TEST_P(LoopSafety, AdvancesTheEpochWhileItRunsAndNotWhenItRunsOnce) {
  (void)run();
  EXPECT_EQ(folder_.advances, 0);
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(seconds{10});
    passed += seconds{10};
    if (passed > minutes{25}) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_EQ(folder_.advances, 2);
}

TEST_P(LoopSafety, GoesOnWhenTheStateFolderCannotBeWritten) {
  folder_.advance_error = Error{ErrorKind::kConfig, "permission", "read-only file system"};
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(seconds{10});
    passed += seconds{10};
    if (passed == minutes{15}) course(1, "Algebra");
    if (passed > minutes{16}) control_.ask(Command::kStop);
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kStopped);
  EXPECT_TRUE(is_done(1));
}

TEST_P(LoopSafety, StopsWritingWhenTheDatabaseIsPutBackUnderIt) {
  ASSERT_TRUE(folder_.advance(site_));
  const auto backup = site_.folders();
  milliseconds passed{0};
  gateway_.after_pump = [&] {
    pass(seconds{10});
    passed += seconds{10};
    if (passed != minutes{15}) return;
    site_.folders() = backup;
    course(1, "Algebra");
  };
  EXPECT_EQ(run(RunMode::kForever).kind, RunEnd::Kind::kGuard);
  EXPECT_TRUE(told_.empty());
}

TEST_P(LoopSafety, ParksAnEntityThatWasCopiedTogetherWithItsMoodleId) {
  course(1, "Algebra");
  (void)run();
  Entity copy;
  copy.ref = {"node", 2};
  copy.exists = true;
  copy.bundle = "course";
  copy.moodle_id_text = "100";
  copy.fields["title"] = {{ValueType::kText, "Algebra, again"}};
  reader_.set(copy);
  queue_->capture(copy.ref, "course");
  (void)run();
  EXPECT_EQ(row(2).state, "parked");
  EXPECT_EQ(row(2).code, "foreign_id");
  EXPECT_NE(row(2).message.find("node:1"), std::string::npos) << row(2).message;
  EXPECT_EQ(told_, std::vector<std::string>{"Algebra"});
}

/// Stores what it is about to say before it says it.
class CarefulComponent : public fakes::ScriptedComponent {
 public:
  CarefulComponent() : ScriptedComponent("course", "node", "course") {}

  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override {
    Link link = conversation.link;
    link.sent["title"] = "about to be told";
    const Status stored = co_await store_ahead(conversation, std::move(link));
    if (!stored) co_return stored.error();
    co_return co_await ScriptedComponent::converse(conversation);
  }
};

TEST_P(LoopSafety, StoresWhatIsAboutToBeToldBeforeMoodleHearsOfIt) {
  components_.clear();
  components_.push_back(std::make_unique<CarefulComponent>());
  course(1, "Algebra");
  gateway_.hold(true);
  gateway_.after_pump = [&] {
    pass(milliseconds{10});
    if (gateway_.outstanding() > 0) throw Killed();
  };
  EXPECT_THROW((void)run(), Killed);
  EXPECT_EQ(queue_->all_links().at({"course", "main", {"node", 1}}).sent.at("title"),
            "about to be told");
}

/// Stores what it is about to say, and then has no need to say it.
class HesitantComponent : public fakes::ScriptedComponent {
 public:
  HesitantComponent() : ScriptedComponent("course", "node", "course") {}

  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override {
    Link link = conversation.link;
    link.sent.clear();
    const Status stored = co_await store_ahead(conversation, std::move(link));
    if (!stored) co_return stored.error();
    co_return Unchanged{};
  }
};

TEST_P(LoopSafety, KnowsAgainWhatWasUncertainForAMomentOnly) {
  const TaskKey algebra{"course", "main", {"node", 1}};
  course(1, "Algebra");
  (void)run();
  const Link before = queue_->all_links().at(algebra);
  ASSERT_FALSE(before.sent.empty());
  components_.clear();
  components_.push_back(std::make_unique<HesitantComponent>());
  Entity entity;
  entity.ref = algebra.entity;
  entity.exists = true;
  entity.bundle = "course";
  entity.moodle_id_text = to_string(*before.moodle_id);
  reader_.set(entity);
  queue_->capture(entity.ref, "course");
  (void)run();
  EXPECT_EQ(queue_->all_links().at(algebra), before);
}

INSTANTIATE_TEST_SUITE_P(Clerks, LoopSafety, testing::Values(Clerks::kInTurn, Clerks::kBeside),
                         name_of);

}  // namespace
}  // namespace moodlesync::engine
