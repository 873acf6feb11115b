#include "ops/queue_watch.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "ops/steady_clock.h"
#include "support/ports/fake_database.h"

namespace moodlesync::ops {
namespace {

class QueueWatchTest : public testing::Test {
 protected:
  QueueWatchTest() { state_.queue.add_task({"course", "main", {"node", 12}}); }
  Result<std::unique_ptr<DrupalDatabase>> open() {
    if (!reachable_) return Error{ErrorKind::kUnavailable, "database_unavailable", "no route"};
    return std::unique_ptr<DrupalDatabase>(std::make_unique<fakes::FakeDatabase>(state_));
  }
  /// Until the watch has looked. It does so at once, in its own thread.
  static QueueReading reading_of(const QueueWatch& watch,
                                 const std::function<bool(const QueueReading&)>& enough) {
    QueueReading reading = watch.read();
    while (!enough(reading)) {
      std::this_thread::yield();
      reading = watch.read();
    }
    return reading;
  }
  std::unique_ptr<QueueWatch> watch() {
    return std::make_unique<QueueWatch>([this] { return open(); }, clock_, std::chrono::hours{1});
  }

  bool reachable_ = true;
  fakes::FakeSiteState state_;
  SteadyClock clock_;
};

TEST_F(QueueWatchTest, LooksAtOnceAndThenRests) {
  const auto watch = this->watch();
  const QueueReading reading =
      reading_of(*watch, [](const QueueReading& one) { return one.is_taken; });
  ASSERT_EQ(reading.stats.tasks.size(), 1U);
  EXPECT_EQ(reading.stats.tasks[0].count, 1);
  EXPECT_EQ(reading.trouble, "");
}

TEST_F(QueueWatchTest, KnowsWhatIsPaused) {
  ASSERT_TRUE(state_.pauses.pause("course", "upgrade"));
  const auto watch = this->watch();
  const QueueReading reading =
      reading_of(*watch, [](const QueueReading& one) { return one.is_taken; });
  ASSERT_EQ(reading.pauses.size(), 1U);
  EXPECT_EQ(reading.pauses[0].component, "course");
  EXPECT_EQ(reading.pauses[0].reason, "upgrade");
}

TEST_F(QueueWatchTest, SaysWhyItCannotLook) {
  reachable_ = false;
  const auto watch = this->watch();
  const QueueReading reading =
      reading_of(*watch, [](const QueueReading& one) { return !one.trouble.empty(); });
  EXPECT_EQ(reading.trouble, "no route");
  EXPECT_FALSE(reading.is_taken);
  EXPECT_FALSE(watch->retry({}));
}

TEST_F(QueueWatchTest, LooksAgainWhenSomebodyHasChangedSomething) {
  const auto watch = this->watch();
  const auto first = reading_of(*watch, [](const QueueReading& one) { return one.is_taken; }).when;
  EXPECT_TRUE(watch->retry({}));
  const auto second =
      reading_of(*watch, [first](const QueueReading& one) { return one.when > first; }).when;
  EXPECT_GT(second, first);
}

TEST_F(QueueWatchTest, FindsWhatIsKnownOfOneEntity) {
  state_.dossiers.dossier.changes = 2;
  const auto watch = this->watch();
  const auto found = watch->look_up({"node", 12});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->changes, 2);
}

}  // namespace
}  // namespace moodlesync::ops
