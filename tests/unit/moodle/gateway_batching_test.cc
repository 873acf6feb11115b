#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;
using Sizes = std::vector<std::size_t>;

/// So many courses in one call that makes them.
GatewaySettings calls_of_at_most(int courses) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_batch["core_course_create_courses"] = courses;
  return settings;
}

Reply took(std::chrono::microseconds time, Reply reply) {
  reply.took = time;
  return reply;
}

/// Courses in each call so far.
Sizes sizes(const GatewayBench& bench) {
  Sizes sizes;
  for (std::size_t i = 0; i < bench.wire->sent.size(); ++i)
    sizes.push_back(bench.wire->form(i).all("[shortname]").size());
  return sizes;
}

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

TEST(GatewayBatching, NeverHasTwoCallsWithOneKeyOnTheWire) {
  GatewayBench bench(calls_of_at_most(1));
  bench.start(create_course("a", "course:1"));
  bench.start(create_course("b", "course:1"));
  bench.start(create_course("c", "course:2"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(1).all("[shortname]"), (Names{"c"}));
  bench.wire->server = create_or_refuse;
  bench.run();
  EXPECT_EQ(bench.wire->form(2).all("[shortname]"), (Names{"b"}));
}

TEST(GatewayBatching, KeepsRowsOfOneKeyTogether) {
  GatewayBench bench(calls_of_at_most(2));
  bench.start(create_course("a", "course:1"));
  bench.start(create_course("b", "course:2"));
  bench.start(create_course("c", "course:1"));
  bench.pump();
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"a", "c"}));
}

TEST(GatewayBatching, SharesWhatIsLeftAmongTheConnections) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 12; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(0).all("[shortname]").size(), 6U);
  EXPECT_EQ(bench.wire->form(1).all("[shortname]").size(), 6U);
}

TEST(GatewayBatching, FillsItsCallsWhileMuchWaits) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 40; ++i) bench.start(create_course("c" + std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(1).all("[shortname]").size(), 8U);
}

TEST(GatewayBatching, LeavesNothingToAConnectionThatIsAsBusyAsThisOne) {
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

TEST(GatewayBatching, LeavesToABusyConnectionWhatItCanDoAsSoonAsThisOne) {
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

TEST(GatewayBatching, MakesTwoEqualCallsOfAFullOneAndARest) {
  GatewayBench bench(calls_of_at_most(8));
  EXPECT_EQ(sizes_of_two_turns(bench, 24), (Sizes{6, 6, 6, 6}));
}

TEST(GatewayBatching, SharesByWhatGetsThrough) {
  GatewaySettings settings = calls_of_at_most(500);
  settings.max_input_vars = 100;
  GatewayBench bench(std::move(settings));
  EXPECT_EQ(sizes_of_two_turns(bench, 240), (Sizes{60, 60, 60, 60}));
}

TEST(GatewayBatching, SharesNoFewRowsThatAreBestSentTogether) {
  GatewayBench bench(calls_of_at_most(24));
  for (const char* name : {"a", "b", "c", "d", "e"}) bench.start(create_course(name));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 1U);
}

TEST(GatewayBatching, DoesNotTearRowsOfOneKeyApartToShareThem) {
  GatewayBench bench(calls_of_at_most(8));
  for (int i = 0; i < 8; ++i) bench.start(create_course("c" + std::to_string(i), "course:1"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 1U);
  EXPECT_EQ(bench.wire->form(0).all("[shortname]").size(), 8U);
}

/// So many enrolments in one call.
GatewaySettings enrolments_of_at_most(int most) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_batch["enrol_manual_enrol_users"] = most;
  return settings;
}

Call enrol_in(const std::string& course, const std::string& user) {
  Call call = enrol(user + "@" + course);
  call.key = "user:" + user;
  call.group = "course:" + course;
  return call;
}

Names enrolled(const GatewayBench& bench, std::size_t call) {
  return bench.wire->form(call).all("[userid]");
}

TEST(GatewayBatching, LetsRowsOfOneGroupFollowEachOther) {
  GatewayBench bench(enrolments_of_at_most(2));
  bench.start(enrol_in("1", "a"));
  bench.start(enrol_in("2", "b"));
  bench.start(enrol_in("1", "c"));
  bench.start(enrol_in("2", "d"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0), (Names{"a@1", "c@1"}));
  EXPECT_EQ(enrolled(bench, 1), (Names{"b@2", "d@2"}));
}

TEST(GatewayBatching, GoesOnWithTheOldestWhenAGroupIsAtItsEnd) {
  GatewayBench bench(enrolments_of_at_most(4));
  for (const char* user : {"a", "b"}) bench.start(enrol_in("1", user));
  bench.start(enrol_in("2", "c"));
  bench.start(enrol_in("3", "d"));
  bench.start(enrol_in("2", "e"));
  bench.start(enrol_in("3", "f"));
  bench.start(enrol_in("3", "g"));
  bench.start(enrol_in("3", "h"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0), (Names{"a@1", "b@1", "c@2", "e@2"}));
  EXPECT_EQ(enrolled(bench, 1), (Names{"d@3", "f@3", "g@3", "h@3"}));
}

TEST(GatewayBatching, SharesAGroupAmongTheConnections) {
  GatewayBench bench(enrolments_of_at_most(8));
  for (int i = 0; i < 8; ++i) bench.start(enrol_in("1", std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0).size(), 4U);
  EXPECT_EQ(enrolled(bench, 1).size(), 4U);
}

TEST(GatewayBatching, KeepsRowsOfOneKeyTogetherWhateverTheirGroups) {
  GatewayBench bench(enrolments_of_at_most(4));
  for (const char* course : {"1", "2"}) {
    for (const char* user : {"a", "b", "c", "d"}) bench.start(enrol_in(course, user));
  }
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0), (Names{"a@1", "b@1", "a@2", "b@2"}));
  EXPECT_EQ(enrolled(bench, 1), (Names{"c@1", "d@1", "c@2", "d@2"}));
}

TEST(GatewayBatching, SendsNoRowOfAGroupWhileACallHoldsItAsItsKey) {
  GatewayBench bench;
  Call update = update_course("1");
  update.key = "course:1";
  bench.start(std::move(update));
  bench.start(enrol_in("1", "a"));
  bench.start(enrol_in("2", "a"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 1), (Names{"a@2"}));
  bench.wire->server = create_or_refuse;
  bench.run();
  EXPECT_EQ(enrolled(bench, 2), (Names{"a@1"}));
}

TEST(GatewayBatching, HoldsNoKeyWhileCallsShareItAsTheirGroup) {
  GatewayBench bench(enrolments_of_at_most(2));
  for (const char* user : {"a", "b", "c", "d"}) bench.start(enrol_in("1", user));
  Call update = update_course("1");
  update.key = "course:1";
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  bench.start(std::move(update));
  bench.wire->script.push_back(json_reply("null"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U) << "one of two that share it is still out";
  bench.wire->script.push_back(json_reply("null"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 3U);
  EXPECT_EQ(bench.wire->form(2).get("wsfunction"), "core_course_update_courses");
}

/// Sizes of the calls that so many courses of one key are sent in at once.
Sizes sizes_of_one_key(GatewaySettings settings, int courses) {
  Function by_sixteen = kCreate;
  by_sixteen.max_batch = 16;
  GatewayBench bench(std::move(settings));
  for (int i = 0; i < courses; ++i) {
    Call call = create_course("c" + std::to_string(i), "course:1");
    call.function = &by_sixteen;
    bench.start(std::move(call));
  }
  bench.pump();
  Sizes sent = sizes(bench);
  bench.talks.clear();
  return sent;
}

TEST(GatewayBatching, SendsTheLastFewOfAKeyAlong) {
  EXPECT_EQ(sizes_of_one_key(GatewayBench::default_settings(), 17), (Sizes{17}));
  EXPECT_EQ(sizes_of_one_key(GatewayBench::default_settings(), 18), (Sizes{16}));
}

TEST(GatewayBatching, SendsNobodyAlongBeyondWhatIsSet) {
  EXPECT_EQ(sizes_of_one_key(calls_of_at_most(16), 17), (Sizes{16}));
}

TEST(GatewayBatching, HoldsAKeyAcrossFunctions) {
  GatewayBench bench;
  Call update = update_course("5");
  update.key = "course:5";
  bench.start(create_course("a", "course:5"));
  bench.start(std::move(update));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 1U);
  bench.wire->server = create_or_refuse;
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U);
}

TEST(GatewayBatching, KeepsToTheConcurrencyLimit) {
  GatewayBench bench;
  bench.start(create_course("a"));
  bench.start(enrol("1"));
  bench.start(update_course("5"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.gateway->outstanding(), 3U);
}

TEST(GatewayBatching, KeepsOneConnectionFreeOfSlowCalls) {
  GatewayBench bench;
  bench.start(duplicate("1"));
  bench.start(duplicate("2"));
  bench.start(create_course("a"));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(bench.wire->form(0).get("courseid"), "1");
  EXPECT_EQ(bench.wire->form(1).get("wsfunction"), "core_course_create_courses");
}

TEST(GatewayBatching, SendsCallsOverAllConnectionsThatMayDragOnButSeldomDo) {
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

TEST(GatewayBatching, SendsASlowCallOverTheOnlyConnection) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.start(duplicate("1"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 1U);
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
