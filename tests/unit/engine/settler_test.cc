#include "engine/settler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "late_clerk.h"
#include "support/ports/fake_ports.h"
#include "support/ports/fake_state_folder.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// Three courses that are being worked on.
class SettlerTest : public testing::Test {
 protected:
  SettlerTest() {
    components_.push_back(std::make_unique<fakes::ScriptedComponent>("course", "node", "course"));
    directory_ = std::make_unique<Directory>(components_);
    queue_ = std::make_unique<fakes::InMemoryQueue>(directory_->sources());
    clerk_ = std::make_unique<LateClerk>(*queue_, guard_);
    settler_ = std::make_unique<Settler>(*directory_, Settler::Ports{*queue_, *clerk_, clock_},
                                         settings_, log_);
    for (int id = 1; id <= 3; ++id) queue_->capture({"node", id}, "course");
    EXPECT_TRUE(queue_->drain(10));
    tasks_ = *queue_->claim({10, {"course"}, std::chrono::seconds{45}});
  }
  /// The conversation about the n-th has ended, Moodle's id being `id`.
  void conclude(std::size_t n, std::int64_t id) {
    Crew::Finished finished;
    finished.conclusion.task = tasks_.at(n);
    finished.conclusion.link.moodle_id = MoodleId{id};
    finished.conclusion.link.sent["title"] = "Algebra";
    finished.conclusion.outcome = Synced{};
    (void)settler_->add(finished);
  }
  [[nodiscard]] Settler::Report taken() {
    clerk_->wait();
    auto report = settler_->take();
    return *report.value();
  }

  std::vector<std::unique_ptr<Component>> components_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<fakes::InMemoryQueue> queue_;
  fakes::FakeClock clock_;
  fakes::FakeSite site_;
  fakes::FakeStateFolder folder_;
  Guard guard_{site_, folder_, "https://drupal.example"};
  EngineSettings settings_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  std::unique_ptr<LateClerk> clerk_;
  std::unique_ptr<Settler> settler_;
  std::vector<Task> tasks_;
};

TEST_F(SettlerTest, GathersTheNextGroupWhileTheClerkIsAtTheLast) {
  conclude(0, 100);
  settler_->begin();
  conclude(1, 101);
  conclude(2, 102);
  settler_->begin();
  EXPECT_EQ(settler_->size(), 3U);
  EXPECT_EQ(settler_->waiting(), 2U);
  EXPECT_EQ(taken().settled.settled, 1U);
  settler_->begin();
  EXPECT_EQ(taken().settled.settled, 2U);
  EXPECT_TRUE(settler_->empty());
  EXPECT_TRUE(queue_->rows().empty());
}

TEST_F(SettlerTest, RenewsNoLeaseOfWhatTheClerkHas) {
  conclude(0, 100);
  settler_->begin();
  conclude(1, 101);
  ASSERT_THAT(settler_->tasks(), SizeIs(1));
  EXPECT_EQ(settler_->tasks()[0].key, tasks_[1].key);
}

TEST_F(SettlerTest, KnowsWhoHasWhichIdUntilTheQueueDoes) {
  conclude(0, 100);
  settler_->begin();
  conclude(1, 101);
  EXPECT_THAT(settler_->holders("course"),
              UnorderedElementsAre(Pair(MoodleId{100}, EntityRef{"node", 1}),
                                   Pair(MoodleId{101}, EntityRef{"node", 2})));
  EXPECT_THAT(settler_->holders("category"), IsEmpty());
  (void)taken();
  EXPECT_THAT(settler_->holders("course"), SizeIs(1));
}

TEST_F(SettlerTest, KeepsWhatCouldNotBeStoredTogetherWithWhatCameMeanwhile) {
  conclude(0, 100);
  settler_->begin();
  conclude(1, 101);
  queue_->fail_settle({ErrorKind::kUnavailable, "database_unavailable", "no route"});
  clerk_->wait();
  const auto report = settler_->take();
  ASSERT_TRUE(report);
  ASSERT_FALSE(*report);
  EXPECT_EQ(report->error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(settler_->tasks(), SizeIs(2));
  settler_->begin();
  EXPECT_EQ(taken().settled.settled, 2U);
}

TEST_F(SettlerTest, StoresOneByOneWhatTheDatabaseRefusesTogether) {
  conclude(0, 100);
  conclude(1, 101);
  settler_->begin();
  conclude(2, 102);
  queue_->fail_settle({ErrorKind::kBug, "22P05", "a character that text cannot hold"}, 2);
  EXPECT_EQ(taken().settled.settled, 1U) << "the group, one of it, and then the other";
  EXPECT_EQ(settler_->size(), 1U) << "not in the group";
  EXPECT_THAT(queue_->rows(), SizeIs(2));
}

}  // namespace
}  // namespace moodlesync::engine
