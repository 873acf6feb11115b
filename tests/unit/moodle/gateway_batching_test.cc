#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using Names = std::vector<std::string>;

TEST(GatewayBatching, GathersWhatManyConversationsAskIntoOneCall) {
  GatewayBench bench;
  bench.wire->server = create_or_refuse;
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.run();
  ASSERT_EQ(bench.wire->sent.size(), 1U);
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"a", "b"}));
  EXPECT_EQ((*bench.answer(1))["shortname"], "b");
}

TEST(GatewayBatching, KeepsDifferentFixedParametersApart) {
  GatewayBench bench;
  bench.start(look_up("a", "username"));
  bench.start(look_up("b", "idnumber"));
  bench.start(look_up("c", "username"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(0).get("field"), "username");
  EXPECT_EQ(bench.wire->form(0).get("values[1]"), "c");
  EXPECT_EQ(bench.wire->form(1).get("field"), "idnumber");
}

TEST(GatewayBatching, SendsNoMoreRowsThanTheFunctionAllows) {
  GatewayBench bench(calls_of_at_most(2));
  bench.wire->server = create_or_refuse;
  for (const char* name : {"a", "b", "c"}) bench.start(create_course(name));
  bench.run();
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"a", "b"}));
  EXPECT_EQ(bench.wire->form(1).all("[shortname]"), (Names{"c"}));
}

TEST(GatewayBatching, SendsNoMoreVariablesThanGetThrough) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_input_vars = 100;
  settings.max_batch["core_course_create_courses"] = 500;
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.wire->server = create_or_refuse;
  for (int i = 0; i < 300; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.run();
  EXPECT_EQ(sizes(bench), (Sizes{97, 97, 53, 53}));
  EXPECT_EQ(bench.wire->form(0).variables.size(), 100U);
}

TEST(GatewayBatching, RefusesARowThatIsLongerThanAnyCallMayBe) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_input_vars = 100;
  GatewayBench bench(std::move(settings));
  Call call = create_course("a");
  for (int i = 0; i < 100; ++i) call.row.add("x" + std::to_string(i), "1");
  const auto talk = bench.start(std::move(call));
  bench.run();
  EXPECT_EQ(bench.error(talk).code, "too_many_variables");
  EXPECT_TRUE(bench.wire->sent.empty());
}

TEST(GatewayBatching, BelievesALargeLimitOnlyOnceItIsMeasured) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_input_vars = 5000;
  settings.max_batch["core_course_create_courses"] = 5000;
  GatewayBench bench(std::move(settings));
  for (int i = 0; i < 4000; ++i) bench.start(create_course("c"));
  bench.pump();
  EXPECT_EQ(bench.wire->form(0).variables.size(), 1000U);
}

TEST(GatewayBatching, SortsTheRowsOfACall) {
  GatewayBench bench;
  bench.start(create_course("c", "", 3));
  bench.start(create_course("a", "", 1));
  bench.start(create_course("b", "", 1));
  bench.pump();
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"a", "b", "c"}));
}

TEST(GatewayBatching, ServesWhoWaitsLongest) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.start(enrol("1"));
  bench.pump();
  bench.start(create_course("a"));
  bench.start(enrol("2"));
  bench.start(enrol("3"));
  bench.wire->script.push_back(json_reply("null"));
  bench.pump();
  EXPECT_EQ(bench.wire->form(1).get("wsfunction"), "core_course_create_courses");
}

TEST(GatewayBatching, DoesNotSleepWhileThereIsSomethingToResume) {
  GatewayBench bench;
  bench.wire->server = create_or_refuse;
  bench.start(create_course("a"));
  bench.gateway->pump(std::chrono::milliseconds(500), {});
  bench.gateway->pump(std::chrono::milliseconds(500), {});
  EXPECT_EQ(bench.wire->waits.at(0), std::chrono::milliseconds(500));
  EXPECT_EQ(bench.wire->waits.at(1), std::chrono::milliseconds(0));
}

TEST(GatewayBatching, GoesOnSendingWhileSomethingElseIsWaitedFor) {
  GatewaySettings settings = calls_of_at_most(1);
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.wire->server = create_or_refuse;
  for (const char* name : {"a", "b", "c"}) bench.start(create_course(name));
  bench.gateway->attend(-1, std::chrono::milliseconds(500));
  bench.gateway->attend(-1, std::chrono::milliseconds(400));
  EXPECT_EQ(bench.wire->sent.size(), 3U);
  EXPECT_EQ(bench.wire->waits.at(1), std::chrono::milliseconds(400)) << "though one is answered";
  EXPECT_FALSE(bench.is_answered(0)) << "nobody is resumed";
  EXPECT_EQ(bench.resume(), 2U);
}

TEST(GatewayBatching, GivesTheTransportEachFunctionsTimeout) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.timeout_factor = 0.5;
  GatewayBench bench(std::move(settings));
  bench.start(create_course("a"));
  bench.start(look_up("a"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.at(0).timeout, std::chrono::seconds(30));
  EXPECT_FALSE(bench.wire->sent.at(0).repeatable);
  EXPECT_TRUE(bench.wire->sent.at(1).repeatable);
}

TEST(GatewayBatching, CountsWhatItDoes) {
  GatewayBench bench;
  bench.wire->server = create_or_refuse;
  for (const char* name : {"a", "bad", "c"}) bench.start(create_course(name));
  bench.run();
  const GatewayStats stats = bench.gateway->stats();
  EXPECT_EQ(stats.calls, bench.wire->sent.size());
  EXPECT_EQ(stats.rows, 3U);
  EXPECT_EQ(stats.failures, 3U);
  EXPECT_EQ(stats.splits, 2U);
  EXPECT_EQ(bench.gateway->outstanding(), 0U);
}

}  // namespace
}  // namespace moodlesync::moodle
