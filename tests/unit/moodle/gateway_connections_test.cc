#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using namespace std::chrono_literals;

Reply took(std::chrono::microseconds time, Reply reply) {
  reply.took = time;
  return reply;
}

TEST(GatewayConnections, SharesWhatIsLeftAmongTheConnections) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 12; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(0).all("[shortname]").size(), 6U);
  EXPECT_EQ(bench.wire->form(1).all("[shortname]").size(), 6U);
}

TEST(GatewayConnections, FillsItsCallsWhileMuchWaits) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 40; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(1).all("[shortname]").size(), 8U);
}

TEST(GatewayConnections, LeavesNothingToAConnectionThatIsAsBusyAsThisOne) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 32; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  bench.clock.advance(80ms);
  for (int calls = 0; calls < 2; ++calls) {
    bench.wire->script.push_back(took(80ms, create_or_refuse(bench.wire->form(0))));
    bench.pump();
  }
  EXPECT_EQ(sizes(bench), (Sizes{8, 8, 8, 8}));
}

TEST(GatewayConnections, LeavesToABusyConnectionWhatItCanDoAsSoonAsThisOne) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 41; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  bench.clock.advance(80ms);
  const Reply full = create_or_refuse(bench.wire->form(0));
  bench.wire->script = {took(80ms, full), took(80ms, full)};
  bench.pump();
  // Eight milliseconds a row by now: the other call has two of its rows before it.
  bench.clock.advance(40ms);
  bench.wire->script = {took(40ms, full)};
  bench.pump();
  EXPECT_EQ(sizes(bench), (Sizes{8, 8, 7, 7, 7}));
}

/// Sizes of the calls that two connections make of so many courses in their first two turns.
Sizes sizes_of_two_turns(GatewayBench& bench, int courses) {
  for (int i = 0; i < courses; ++i) bench.start(create_course("c" + std::to_string(i)));
  for (int turns = 0; turns < 2; ++turns) {
    bench.pump();
    const Reply reply = create_or_refuse(bench.wire->form(0));
    bench.wire->script = {reply, reply};
  }
  return sizes(bench);
}

TEST(GatewayConnections, MakesTwoEqualCallsOfAFullOneAndARest) {
  GatewayBench bench(calls_of_at_most(8));
  EXPECT_EQ(sizes_of_two_turns(bench, 24), (Sizes{6, 6, 6, 6}));
}

TEST(GatewayConnections, SharesByWhatGetsThrough) {
  GatewaySettings settings = calls_of_at_most(500);
  settings.max_input_vars = 100;
  GatewayBench bench(std::move(settings));
  EXPECT_EQ(sizes_of_two_turns(bench, 240), (Sizes{60, 60, 60, 60}));
}

TEST(GatewayConnections, SharesNoFewRowsThatAreBestSentTogether) {
  GatewayBench bench(calls_of_at_most(24));
  for (const char* name : {"a", "b", "c", "d", "e"}) bench.start(create_course(name));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 1U);
}

/// A load for two connections is no occasion to find out about three of them.
TEST(GatewayConnections, SendsSmallLoadsOverWhatIsKnownToBeGood) {
  GatewayBench bench(calls_of_at_most(10));
  bench.wire->server = [](const Form& form) { return took(1s, create_or_refuse(form)); };
  for (int loads = 0; loads < 30; ++loads) {
    for (int i = 0; i < 60; ++i) bench.start(create_course("c" + std::to_string(i)));
    while (bench.gateway->outstanding() > 0) {
      bench.pump();
      bench.resume();
      ASSERT_EQ(bench.gateway->stats().limit, 2U);
    }
  }
}

TEST(GatewayConnections, GoesBackAfterATrialThatALoadLeavesUndecided) {
  GatewayBench bench(calls_of_at_most(10));
  std::chrono::microseconds time = 1s;
  bench.wire->server = [&](const Form& form) { return took(time, create_or_refuse(form)); };
  for (int i = 0; i < 200; ++i) bench.start(create_course("c" + std::to_string(i)));
  for (int pumps = 0; pumps < 10 && bench.gateway->stats().limit == 2; ++pumps) bench.pump();
  EXPECT_EQ(bench.gateway->stats().limit, 3U);
  time = 1250ms;  // Three calls of this kind are not enough to tell.
  bench.talks.clear();
  bench.pump();
  EXPECT_EQ(bench.gateway->stats().in_flight, 0U);
  EXPECT_EQ(bench.gateway->stats().limit, 2U);
}

TEST(GatewayConnections, KeepsToTheConcurrencyLimit) {
  GatewayBench bench;
  bench.start(create_course("a"));
  bench.start(enrol("1"));
  bench.start(update_course("5"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.gateway->outstanding(), 3U);
}

TEST(GatewayConnections, KeepsOneConnectionFreeOfSlowCalls) {
  GatewayBench bench;
  bench.start(duplicate("1"));
  bench.start(duplicate("2"));
  bench.start(create_course("a"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(0).get("courseid"), "1");
  EXPECT_EQ(bench.wire->form(1).get("wsfunction"), "core_course_create_courses");
}

TEST(GatewayConnections, SendsCallsOverAllConnectionsThatMayDragOnButSeldomDo) {
  Function enrols = kEnrol;
  enrols.max_batch = 1;
  enrols.timeout = std::chrono::minutes(3);
  GatewayBench bench;
  for (const char* user : {"1", "2"}) {
    Call call = enrol(user);
    call.function = &enrols;
    bench.start(std::move(call));
  }
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U);
  bench.talks.clear();
}

TEST(GatewayConnections, SendsASlowCallOverTheOnlyConnection) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.start(duplicate("1"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 1U);
}

}  // namespace
}  // namespace moodlesync::moodle
