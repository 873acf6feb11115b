#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using Names = std::vector<std::string>;

TEST(GatewayKeys, NeverHasTwoCallsWithOneKeyOnTheWire) {
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

TEST(GatewayKeys, KeepsRowsOfOneKeyTogether) {
  GatewayBench bench(calls_of_at_most(2));
  bench.start(create_course("a", "course:1"));
  bench.start(create_course("b", "course:2"));
  bench.start(create_course("c", "course:1"));
  bench.pump();
  EXPECT_EQ(bench.wire->form(0).all("[shortname]"), (Names{"a", "c"}));
}

TEST(GatewayKeys, DoesNotTearRowsOfOneKeyApartToShareThem) {
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

TEST(GatewayKeys, LetsRowsOfOneGroupFollowEachOther) {
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

TEST(GatewayKeys, GoesOnWithTheOldestWhenAGroupIsAtItsEnd) {
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

TEST(GatewayKeys, SharesAGroupAmongTheConnections) {
  GatewayBench bench(enrolments_of_at_most(8));
  for (int i = 0; i < 8; ++i) bench.start(enrol_in("1", std::to_string(i)));
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0).size(), 4U);
  EXPECT_EQ(enrolled(bench, 1).size(), 4U);
}

TEST(GatewayKeys, KeepsRowsOfOneKeyTogetherWhateverTheirGroups) {
  GatewayBench bench(enrolments_of_at_most(4));
  for (const char* course : {"1", "2"}) {
    for (const char* user : {"a", "b", "c", "d"}) bench.start(enrol_in(course, user));
  }
  bench.pump();
  ASSERT_EQ(bench.wire->sent.size(), 2U);
  EXPECT_EQ(enrolled(bench, 0), (Names{"a@1", "b@1", "a@2", "b@2"}));
  EXPECT_EQ(enrolled(bench, 1), (Names{"c@1", "d@1", "c@2", "d@2"}));
}

TEST(GatewayKeys, SendsNoRowOfAGroupWhileACallHoldsItAsItsKey) {
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

TEST(GatewayKeys, HoldsNoKeyWhileCallsShareItAsTheirGroup) {
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

TEST(GatewayKeys, SendsTheLastFewOfAKeyAlong) {
  EXPECT_EQ(sizes_of_one_key(GatewayBench::default_settings(), 17), (Sizes{17}));
  EXPECT_EQ(sizes_of_one_key(GatewayBench::default_settings(), 18), (Sizes{16}));
}

TEST(GatewayKeys, SendsNobodyAlongBeyondWhatIsSet) {
  EXPECT_EQ(sizes_of_one_key(calls_of_at_most(16), 17), (Sizes{16}));
}

TEST(GatewayKeys, HoldsAKeyAcrossFunctions) {
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

}  // namespace
}  // namespace moodlesync::moodle
