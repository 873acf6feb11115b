#include "outside/announcer.h"

#include "bench.h"
#include "support/ports/fake_ports.h"

namespace moodlesync::outside {
namespace {

using std::chrono::seconds;

const EntityRef kFirst{"node", 1};
const EntityRef kSecond{"user", 2};

class AnnouncerTest : public testing::Test {
 protected:
  /// Tends until something has ended.
  std::vector<OutsideCaches::Told> wait(Announcer& announcer) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      if (auto told = announcer.tend(); !told.empty()) return told;
      pollfd entry{announcer.fd(), POLLIN, 0};
      ::poll(&entry, 1, 100);
    }
    return {};
  }
  fakes::FakeClock clock_;
};

TEST_F(AnnouncerTest, TellsAGroupInOneCall) {
  const Script script(R"(cat >> "$1")");
  Announcer announcer({.command = {script.path(), script.file()}}, clock_);
  announcer.tell({kSecond, kFirst, kFirst});
  const auto told = wait(announcer);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].outcome) << told[0].outcome.error().message;
  EXPECT_EQ(told[0].entities, (std::vector{kFirst, kSecond}));
  EXPECT_EQ(script.seen(),
            "{\"entities\":[{\"id\":1,\"type\":\"node\"},{\"id\":2,\"type\":\"user\"}]}\n");
  EXPECT_TRUE(announcer.is_idle());
}

TEST_F(AnnouncerTest, GathersForTheNextCallWhatComesDuringOne) {
  const Script script(R"(cat >> "$1"; sleep 0.05)");
  Announcer announcer({.command = {script.path(), script.file()}}, clock_);
  announcer.tell({kFirst});
  EXPECT_TRUE(announcer.tend().empty());
  announcer.tell({kSecond});
  announcer.tell({kFirst});
  EXPECT_EQ(wait(announcer).at(0).entities, std::vector{kFirst});
  EXPECT_FALSE(announcer.is_idle());
  EXPECT_EQ(wait(announcer).at(0).entities, (std::vector{kFirst, kSecond}));
  EXPECT_TRUE(announcer.is_idle());
}

TEST_F(AnnouncerTest, StopsACallThatTakesTooLong) {
  Announcer announcer({.command = {"/bin/sleep", "1000"}, .timeout = seconds(10)}, clock_);
  announcer.tell({kFirst});
  EXPECT_TRUE(announcer.tend().empty());
  clock_.advance(seconds(9));
  EXPECT_TRUE(announcer.tend().empty());
  clock_.advance(seconds(2));
  const auto told = announcer.tend();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].outcome.error().code, "too_slow");
  EXPECT_TRUE(announcer.is_idle());
}

TEST_F(AnnouncerTest, ReportsACommandThatCannotBeStarted) {
  Announcer announcer({.command = {"/no/such/program"}}, clock_);
  announcer.tell({kFirst});
  const auto told = announcer.tend();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].entities, std::vector{kFirst});
  EXPECT_EQ(told[0].outcome.error().code, "bad_command");
}

}  // namespace
}  // namespace moodlesync::outside
