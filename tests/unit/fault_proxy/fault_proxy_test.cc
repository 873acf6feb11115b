#include "support/fault_proxy/fault_proxy.h"

#include <gtest/gtest.h>

#include <atomic>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::testsupport {
namespace {

using Kind = NetworkFault::Kind;

int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

class FaultProxyTest : public testing::Test {
 protected:
  sim::Reply create(const std::string& idnumber) {
    sim::RestClient client("http://127.0.0.1:" + std::to_string(proxy_.port()), moodle_.token());
    return client.call("core_course_create_categories",
                       {{"categories[0][name]", "x"}, {"categories[0][idnumber]", idnumber}});
  }
  bool has(const std::string& idnumber) {
    return moodle_.state()->category_with_idnumber(idnumber) != nullptr;
  }

  sim::MoodleSim moodle_;
  FaultProxy proxy_{port_of(moodle_.url())};
};

TEST_F(FaultProxyTest, PassesOnWhatIsNotSpoiled) {
  EXPECT_EQ(create("a").status, 200);
  EXPECT_EQ(create(std::string(200'000, 'x')).status, 200) << "longer than one read";
  EXPECT_EQ(proxy_.struck(), 0);
}

TEST_F(FaultProxyTest, LosesAnAnswerAfterTheWorkIsDone) {
  proxy_.arm({Kind::kLoseAnswer});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(has("a"));
  EXPECT_EQ(create("b").status, 200) << "it strikes once";
  EXPECT_EQ(proxy_.struck(), 1);
}

TEST_F(FaultProxyTest, CutsARequestBeforeItIsWhole) {
  proxy_.arm({Kind::kCutRequest});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_FALSE(has("a"));
}

TEST_F(FaultProxyTest, EndsAnAnswerInTheMiddle) {
  proxy_.arm({Kind::kHalveAnswer});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(has("a"));
}

TEST_F(FaultProxyTest, RefusesAConnection) {
  proxy_.arm({Kind::kRefuse});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_EQ(moodle_.count(), 0);
}

TEST_F(FaultProxyTest, DeliversADelayedAnswerWhole) {
  proxy_.arm({Kind::kDelayAnswer, std::chrono::milliseconds(30)});
  EXPECT_EQ(create("a").status, 200);
}

TEST_F(FaultProxyTest, StaysSilentAfterTheWorkAndThenCloses) {
  proxy_.arm({Kind::kGoSilent, std::chrono::milliseconds(30)});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(has("a"));
}

TEST_F(FaultProxyTest, TellsWhenAnAnswerIsAboutToBeDeliveredAndWhenItHasBeen) {
  std::atomic<bool> told = false;
  proxy_.arm({Kind::kTellBefore, {}, [&] { told = has("a"); }});
  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(told);
  std::atomic<int> after = 0;
  proxy_.arm({Kind::kTellAfter, {}, [&] { ++after; }});
  EXPECT_EQ(create("b").status, 200);
  while (after == 0) std::this_thread::yield();
}

TEST_F(FaultProxyTest, ForgetsWhatIsDisarmed) {
  proxy_.arm({Kind::kLoseAnswer});
  proxy_.disarm();
  EXPECT_EQ(create("a").status, 200);
}

}  // namespace
}  // namespace moodlesync::testsupport
