#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using Names = std::vector<std::string>;

TEST(GatewayWithdraw, ForgetsARowThatStillWaits) {
  GatewayBench bench;
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.talks[0].reset();
  bench.pump();
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"b"}));
  EXPECT_EQ(bench.gateway->outstanding(), 1U);
}

TEST(GatewayWithdraw, SendsNothingWhenAllWereWithdrawn) {
  GatewayBench bench;
  bench.start(create_course("a", "course:1"));
  bench.start(create_course("b"));
  bench.talks.clear();
  bench.pump();
  EXPECT_TRUE(bench.wire->sent.empty());
  EXPECT_EQ(bench.gateway->outstanding(), 0U);
}

TEST(GatewayWithdraw, KeepsThePlacesOfTheOthersOnTheWire) {
  GatewayBench bench;
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.pump();
  bench.talks[0].reset();
  bench.wire->server = create_or_refuse;
  bench.pump();
  EXPECT_EQ(bench.resume(), 1U);
  EXPECT_EQ((*bench.answer(1))["shortname"], "b");
}

TEST(GatewayWithdraw, DropsAWithdrawnRowFromTheHalvesOfItsCall) {
  GatewayBench bench;
  bench.start(create_course("a"));
  bench.start(create_course("bad"));
  bench.pump();
  bench.talks[1].reset();
  bench.wire->server = create_or_refuse;
  bench.run();
  EXPECT_EQ(bench.wire->form(1).all("[shortname]"), (Names{"a"}));
  EXPECT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_TRUE(bench.answer(0).has_value());
}

TEST(GatewayWithdraw, NeverHandsOutAHandleThatIsGone) {
  GatewayBench bench;
  bench.wire->server = create_or_refuse;
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.pump();
  bench.talks[0].reset();
  EXPECT_EQ(bench.gateway->take_ready().size(), 1U);
  EXPECT_EQ(bench.gateway->outstanding(), 0U);
}

TEST(GatewayWithdraw, FreesTheKeyOfACallWhoseRowsAreAllGone) {
  GatewayBench bench;
  bench.start(create_course("a", "course:1"));
  bench.pump();
  bench.talks.clear();
  bench.wire->server = create_or_refuse;
  bench.start(create_course("b", "course:1"));
  bench.run();
  EXPECT_TRUE(bench.answer(0).has_value());
}

}  // namespace
}  // namespace moodlesync::moodle
