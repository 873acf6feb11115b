// LISTEN is lost in ways that the connection does not show.
#include <thread>

#include "drupal/postgres/listener.h"
#include "integration/drupal_queue/queue_fixture.h"
#include "support/postgres_gate/postgres_gate.h"

namespace moodlesync::postgres {
namespace {

using testsupport::PostgresGate;

class Listening : public QueueTest {
 protected:
  Listening()
      : gate_(site_.connection()),
        listener_(session_settings(gate_.connection()), "moodle_sync", true, one_.connection,
                  ListenerPatience{.between_tries = std::chrono::milliseconds(1),
                                   .ping = std::chrono::milliseconds(200),
                                   .between_pings = std::chrono::milliseconds(20)}) {
    EXPECT_TRUE(listener_.consume());
  }

  /// Lets the listener work until `done`; false when that takes too long.
  bool work_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      heard_ |= listener_.consume();
      if (auto trouble = listener_.take_trouble()) trouble_.push_back(*std::move(trouble));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  bool hears_a_save() {
    static_cast<void>(work_until([this] { return listener_.fd() >= 0; }));
    while (listener_.consume()) {
    }
    heard_ = false;
    site_.create_node("course", "Chemistry");
    return work_until([this] { return heard_; });
  }

  PostgresGate gate_;
  Listener listener_;
  bool heard_ = false;
  std::vector<std::string> trouble_;
};

TEST_F(Listening, ItsOwnPingsWakeNobody) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  heard_ = false;
  ASSERT_TRUE(work_until([&] { return std::chrono::steady_clock::now() > until; }));
  EXPECT_FALSE(heard_);
  EXPECT_TRUE(trouble_.empty());
}

TEST_F(Listening, ALineThatWentSilentIsReplacedWithoutAWord) {
  ASSERT_TRUE(hears_a_save());
  gate_.swallow_notifications(true);
  heard_ = false;
  // The first lost ping closes the line; the new one may hear again.
  ASSERT_TRUE(work_until([this] { return listener_.fd() < 0 || heard_; }));
  gate_.swallow_notifications(false);
  EXPECT_TRUE(hears_a_save());
  EXPECT_LE(trouble_.size(), 1U);
}

TEST_F(Listening, SaysOnceWhenNothingComesThroughAndAgainAfterItHadWorked) {
  gate_.swallow_notifications(true);
  ASSERT_TRUE(work_until([this] { return !trouble_.empty(); }));
  EXPECT_NE(trouble_[0].find("notifications"), std::string::npos);
  gate_.swallow_notifications(false);
  ASSERT_TRUE(hears_a_save());
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  ASSERT_TRUE(work_until([&] { return std::chrono::steady_clock::now() > until; }));
  EXPECT_EQ(trouble_.size(), 1U);
  gate_.swallow_notifications(true);
  EXPECT_TRUE(work_until([this] { return trouble_.size() == 2; }));
}

}  // namespace
}  // namespace moodlesync::postgres
