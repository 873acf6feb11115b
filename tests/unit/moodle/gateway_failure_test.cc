#include <algorithm>
#include <utility>

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

constexpr Function kAddMember{.name = "core_cohort_add_cohort_members",
                              .list = "members",
                              .answer = Function::Answer::kWarnings,
                              .done_code = "3",
                              .repeatable = true};

/// Answers a member as Moodle does: without saying which row a warning is about.
Reply add_or_warn(const Form& form) {
  std::string warnings;
  for (const std::string& user : form.all("[userid]")) {
    if (user != "999") continue;
    warnings += R"({"warningcode":"2","message":"user id=999 not exists"})";
  }
  return json_reply(R"({"warnings":[)" + warnings + "]}");
}

TEST(GatewayFailure, FindsTheRowOfAnAnonymousWarningByAskingAgain) {
  GatewayBench bench;
  bench.wire->server = add_or_warn;
  for (const char* user : {"1", "2", "999"}) {
    Call call{.function = &kAddMember, .row = {}};
    call.row.add("userid", user);
    bench.start(std::move(call));
  }
  bench.run();
  EXPECT_TRUE(bench.answer(0));
  EXPECT_TRUE(bench.answer(1));
  EXPECT_EQ(bench.error(2).code, "2");
}

TEST(GatewayFailure, DoubtsARowThatMayBeDoneWhenAskingAgainIsCutShort) {
  GatewayBench bench;
  bool is_first = true;
  bench.wire->server = [&](const Form& form) {
    return std::exchange(is_first, false) ? add_or_warn(form) : status_reply(503);
  };
  for (const char* user : {"1", "2", "999"}) {
    Call call{.function = &kAddMember, .row = {}};
    call.row.add("userid", user);
    bench.start(std::move(call));
  }
  bench.run();
  // The first two are members by now: "nothing was done" would be a lie.
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bench.error(i).kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(bench.gateway->outage());
}

GatewaySettings large_batches() {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.max_batch["core_course_create_courses"] = 100;
  return settings;
}

TEST(GatewayFailure, SplitsARefusedBatchUntilTheBadRowStandsAlone) {
  GatewayBench bench(large_batches());
  bench.wire->server = create_or_refuse;
  for (int i = 0; i < 100; ++i) {
    bench.start(create_course(i == 42 ? "bad" : "c" + std::to_string(i)));
  }
  bench.run();
  EXPECT_EQ(bench.error(42).code, "shortnametaken");
  bench.talks.erase(bench.talks.begin() + 42);
  const bool all_created = std::ranges::all_of(
      bench.talks, [](const auto& talk) { return talk->done() && talk->take().has_value(); });
  EXPECT_TRUE(all_created);
  EXPECT_LE(bench.wire->sent.size(), 16U);
}

TEST(GatewayFailure, GivesAConfigurationFaultToAllRowsAtOnce) {
  GatewayBench bench;
  bench.wire->script.push_back(exception_reply("nopermissions"));
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.run();
  EXPECT_EQ(bench.wire->sent.size(), 1U);
  EXPECT_EQ(bench.error(0).kind, ErrorKind::kConfig);
  EXPECT_EQ(bench.error(1).kind, ErrorKind::kConfig);
}

TEST(GatewayFailure, TriesALoneRowOnceMoreAfterADatabaseRefusal) {
  GatewayBench bench;
  bench.wire->script.push_back(exception_reply("dmlwriteexception"));
  bench.wire->script.push_back(json_reply("[{\"id\":1}]"));
  const auto talk = bench.start(create_course("a"));
  bench.run();
  EXPECT_TRUE(bench.answer(talk).has_value());
}

TEST(GatewayFailure, RejectsARowThatTheDatabaseRefusesTwice) {
  GatewayBench bench;
  bench.wire->server = [](const Form&) { return exception_reply("dmlwriteexception"); };
  const auto talk = bench.start(create_course("a"));
  bench.run();
  EXPECT_EQ(bench.error(talk).kind, ErrorKind::kRejected);
  EXPECT_EQ(bench.wire->sent.size(), 2U);
}

TEST(GatewayFailure, TriesARowOnceMoreAfterAWarningOfTheDatabase) {
  GatewayBench bench;
  bench.wire->script.push_back(
      json_reply(R"({"warnings":[{"itemid":5,"warningcode":"dmlwriteexception"}]})"));
  bench.wire->script.push_back(json_reply(R"({"warnings":[]})"));
  bench.start(update_course("5"));
  bench.start(update_course("6"));
  bench.run();
  EXPECT_EQ(bench.wire->form(1).all("[id]"), (std::vector<std::string>{"5"}));
  EXPECT_TRUE(bench.answer(0).has_value());
  EXPECT_TRUE(bench.answer(1).has_value());
}

TEST(GatewayFailure, RejectsARowThatIsTooLargeAlone) {
  GatewayBench bench;
  bench.wire->server = [](const Form& form) {
    const auto names = form.all("[shortname]");
    return std::ranges::count(names, "huge") > 0 ? status_reply(413) : create_or_refuse(form);
  };
  bench.start(create_course("a"));
  bench.start(create_course("huge"));
  bench.run();
  EXPECT_TRUE(bench.answer(0).has_value());
  EXPECT_EQ(bench.error(1).code, "request_too_large");
}

TEST(GatewayFailure, NeverRepeatsAWriteWhoseAnswerWasLost) {
  GatewayBench bench;
  bench.wire->script.push_back(undelivered(Reply::Delivery::kLost));
  bench.start(create_course("a"));
  bench.start(create_course("b"));
  bench.run();
  EXPECT_EQ(bench.error(0).kind, ErrorKind::kInDoubt);
  EXPECT_EQ(bench.error(1).kind, ErrorKind::kInDoubt);
  EXPECT_EQ(bench.wire->sent.size(), 1U);
}

TEST(GatewayFailure, NeverLetsTheTokenIntoAMessage) {
  GatewayBench bench;
  bench.wire->script.push_back(exception_reply("invalidtoken", "No such token: t0ken"));
  const auto talk = bench.start(create_course("a"));
  bench.run();
  EXPECT_EQ(bench.error(talk).message.find("t0ken"), std::string::npos);
}

TEST(GatewayFailure, SendsTheHalvesOfARefusedCallBeforeAnythingNew) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.concurrency = {1, 1, 1};
  GatewayBench bench(std::move(settings));
  bench.start(create_course("a"));
  bench.start(create_course("bad"));
  bench.pump();
  bench.start(enrol("1"));
  bench.wire->script.push_back(exception_reply("shortnametaken"));
  bench.pump();
  EXPECT_EQ(bench.wire->form(1).all("[shortname]"), (std::vector<std::string>{"a"}));
}

TEST(GatewayFailure, KeepsAKeySerialWhileSplitting) {
  GatewayBench bench;
  bench.start(create_course("a", "courses"));
  bench.start(create_course("bad", "courses"));
  bench.wire->script.push_back(exception_reply("shortnametaken"));
  bench.pump();
  bench.start(create_course("later", "courses"));
  bench.pump();
  EXPECT_EQ(bench.wire->sent.size(), 2U);
  bench.wire->server = create_or_refuse;
  bench.run();
  EXPECT_EQ(bench.wire->form(2).all("[shortname]"), (std::vector<std::string>{"bad"}));
  EXPECT_EQ(bench.wire->form(3).all("[shortname]"), (std::vector<std::string>{"later"}));
}

TEST(OpenGateway, RefusesWhatWouldSendTheTokenInClear) {
  const fakes::FakeClock clock;
  const auto gateway =
      open_gateway({.base_url = "http://moodle.test", .token = Secret("x")}, clock);
  ASSERT_FALSE(gateway.has_value());
  EXPECT_EQ(gateway.error().kind, ErrorKind::kConfig);
}

TEST(OpenGateway, RefusesAUrlWithPasswordWithoutQuotingIt) {
  const fakes::FakeClock clock;
  const auto gateway =
      open_gateway({.base_url = "https://me:geheim@moodle.test", .token = Secret("x")}, clock);
  ASSERT_FALSE(gateway.has_value());
  EXPECT_EQ(gateway.error().message.find("geheim"), std::string::npos);
}

TEST(OpenGateway, RefusesATokenWithALineBreak) {
  const fakes::FakeClock clock;
  const auto gateway =
      open_gateway({.base_url = "https://moodle.test", .token = Secret("t0ken\n")}, clock);
  ASSERT_FALSE(gateway.has_value());
  EXPECT_EQ(gateway.error().message.find("t0ken"), std::string::npos);
}

}  // namespace
}  // namespace moodlesync::moodle
