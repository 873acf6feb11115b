#include "engine/capture_rounds.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::minutes;

class CaptureRoundsTest : public testing::Test {
 protected:
  bool sweep_wanted() {
    const auto missed = rounds_.tend();
    EXPECT_TRUE(missed);
    return missed && *missed;
  }
  fakes::FakeClock clock_;
  fakes::FakeCapture capture_;
  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)};
  CaptureRounds rounds_{&capture_, clock_, log_};
};

TEST_F(CaptureRoundsTest, LooksAtTheStartAndEveryFewMinutes) {
  EXPECT_FALSE(sweep_wanted());
  EXPECT_FALSE(sweep_wanted());
  EXPECT_EQ(capture_.looks(), 1);
  clock_.advance(minutes{5});
  EXPECT_FALSE(sweep_wanted());
  EXPECT_EQ(capture_.looks(), 2);
}

TEST_F(CaptureRoundsTest, LooksAtOnceWhenDrupalsConfigurationChanged) {
  EXPECT_FALSE(sweep_wanted());
  rounds_.look_soon();
  EXPECT_FALSE(sweep_wanted());
  EXPECT_EQ(capture_.looks(), 2);
}

TEST_F(CaptureRoundsTest, SweepsWhileSomethingIsMissedAndOnceMoreAfterwards) {
  capture_.answer({{"the trigger on node is missing"}, false});
  EXPECT_TRUE(sweep_wanted());
  EXPECT_FALSE(sweep_wanted()) << "only with each look";
  clock_.advance(minutes{5});
  EXPECT_TRUE(sweep_wanted());
  capture_.answer({{}, true});
  clock_.advance(minutes{5});
  EXPECT_TRUE(sweep_wanted());
  capture_.answer({});
  clock_.advance(minutes{5});
  EXPECT_FALSE(sweep_wanted());
}

TEST_F(CaptureRoundsTest, SaysWhatIsMissedOnceAndWhenThatIsOver) {
  capture_.answer({{"the trigger on node is missing"}, false});
  for (int look = 0; look < 3; ++look) {
    EXPECT_TRUE(sweep_wanted());
    clock_.advance(minutes{5});
  }
  const std::string said = lines_.str();
  EXPECT_NE(said.find("the trigger on node is missing"), std::string::npos) << said;
  EXPECT_EQ(said.find("MS-207"), said.rfind("MS-207")) << said;
  capture_.answer({{}, true});
  EXPECT_TRUE(sweep_wanted());
  EXPECT_NE(lines_.str().find("noticed again"), std::string::npos);
}

TEST_F(CaptureRoundsTest, HasNothingToDoWithoutAWatch) {
  CaptureRounds none(nullptr, clock_, log_);
  EXPECT_FALSE(*none.tend());
}

}  // namespace
}  // namespace moodlesync::engine
