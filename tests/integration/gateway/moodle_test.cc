// The gateway against the simulated Moodle.
#include "live_gateway.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::moodle {
namespace {

using sim::Fault;

constexpr Function kCreate{
    .name = "core_course_create_courses", .list = "courses", .max_batch = 100};
constexpr Function kUpdate{.name = "core_course_update_courses",
                           .list = "courses",
                           .answer = Function::Answer::kWarnings,
                           .match = "id",
                           .all_or_nothing = false};
constexpr Function kFind{.name = "core_course_get_courses_by_field",
                         .effect = Function::Effect::kRead,
                         .shape = Function::Shape::kSingle,
                         .answer = Function::Answer::kWhole};
constexpr Function kDuplicate{.name = "core_course_duplicate_course",
                              .shape = Function::Shape::kSingle,
                              .answer = Function::Answer::kWhole,
                              .all_or_nothing = false,
                              .timeout = std::chrono::minutes(10)};

Call create(const std::string& shortname, std::string key = {}) {
  Call call{.function = &kCreate, .row = {}, .key = std::move(key)};
  call.row.add("fullname", "Course " + shortname).add("shortname", shortname);
  call.row.add("categoryid", "1");
  return call;
}

Call find(const std::string& shortname) {
  Call call{.function = &kFind, .row = {}};
  call.row.add("field", "shortname").add("value", shortname);
  return call;
}

Call rename(sim::Id id, const std::string& fullname) {
  Call call{.function = &kUpdate, .row = {}};
  call.row.add("id", std::to_string(id)).add("fullname", fullname);
  return call;
}

Call duplicate(sim::Id id, const std::string& shortname) {
  Call call{.function = &kDuplicate, .row = {}};
  call.row.add("courseid", std::to_string(id)).add("fullname", "Copy");
  call.row.add("shortname", shortname).add("categoryid", "1");
  return call;
}

class GatewayWithMoodle : public testing::Test {
 protected:
  GatewaySettings settings() { return {.base_url = sim.url(), .token = Secret(sim.token())}; }
  bool has_course(const std::string& shortname) {
    return sim.state()->course_with_shortname(shortname) != nullptr;
  }
  /// The error of one create while `fault` strikes it.
  Error create_under(Fault fault) {
    sim.inject(std::move(fault).on("core_course_create_courses"));
    GatewaySettings impatient = settings();
    impatient.timeout_factor = 0.005;
    live = std::make_unique<LiveGateway>(std::move(impatient));
    return live->error(live->start(create("a")));
  }

  sim::MoodleSim sim;
  std::unique_ptr<LiveGateway> live;
};

TEST_F(GatewayWithMoodle, LearnsWhoItIsAndThatReadingWorks) {
  LiveGateway gateway(settings());
  const auto site = gateway.preflight();
  ASSERT_TRUE(site.has_value()) << site.error().message;
  EXPECT_EQ(site->url, sim.url());
  EXPECT_TRUE(site->functions.contains("core_course_create_courses"));
  EXPECT_TRUE(gateway.gateway->reads_are_trustworthy());
}

TEST_F(GatewayWithMoodle, DistrustsReadsWhileTheAccountMustChangeItsPassword) {
  sim.change_settings([](sim::Settings& s) { s.account_state = "forcepasswordchangenotice"; });
  LiveGateway gateway(settings());
  const auto site = gateway.preflight();
  ASSERT_FALSE(site.has_value());
  EXPECT_EQ(site.error().kind, ErrorKind::kConfig);
  EXPECT_FALSE(gateway.gateway->reads_are_trustworthy());
}

TEST_F(GatewayWithMoodle, RefusesASiteThatCallsItselfOtherwise) {
  sim.change_settings([](sim::Settings& s) { s.site_url = "https://production.test"; });
  LiveGateway gateway(settings());
  const auto site = gateway.preflight();
  ASSERT_FALSE(site.has_value());
  EXPECT_EQ(site.error().kind, ErrorKind::kConfig) << site.error().message;
}

TEST_F(GatewayWithMoodle, CreatesTheOther99WhenOneRowOfABatchIsBad) {
  sim.create_course({.category = 1, .fullname = "Taken", .shortname = "c42"});
  LiveGateway gateway(settings());
  for (int i = 0; i < 100; ++i) gateway.start(create("c" + std::to_string(i)));
  EXPECT_TRUE(gateway.run_until([&] { return gateway.gateway->outstanding() == 0; }));
  gateway.turn();
  EXPECT_EQ(gateway.error(42).code, "shortnametaken");
  EXPECT_TRUE(has_course("c0"));
  EXPECT_TRUE(has_course("c99"));
  EXPECT_EQ(sim.state()->courses.size(), 1U + 1U + 99U);
  EXPECT_LE(sim.count("core_course_create_courses"), 16);
}

TEST_F(GatewayWithMoodle, GivesEachRowItsOwnWarning) {
  const sim::Id known = sim.create_course({.category = 1, .fullname = "Old", .shortname = "k"});
  LiveGateway gateway(settings());
  const auto good = gateway.start(rename(known, "New"));
  const auto bad = gateway.start(rename(known + 1000, "New"));
  EXPECT_TRUE(gateway.answer(good).has_value());
  EXPECT_EQ(gateway.error(bad).kind, ErrorKind::kRejected);
  EXPECT_EQ(sim.count("core_course_update_courses"), 1);
  EXPECT_EQ(sim.state()->course_with_shortname("k")->fullname, "New");
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtWhenMoodleDidItInSilence) {
  EXPECT_EQ(create_under(Fault::unanswered()).kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(has_course("a"));
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtWhenTheAnswerIsLost) {
  EXPECT_EQ(create_under(Fault::lost_answer()).kind, ErrorKind::kInDoubt);
  EXPECT_EQ(sim.count("core_course_create_courses"), 1);
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtWhenHalfAnAnswerComes) {
  EXPECT_EQ(create_under(Fault::cut_midway()).kind, ErrorKind::kInDoubt);
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtWhenTheAnswerIsTruncated) {
  EXPECT_EQ(create_under(Fault::truncated()).kind, ErrorKind::kInDoubt);
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtWhenHtmlComes) {
  EXPECT_EQ(create_under(Fault::html()).kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(live->gateway->outage().has_value());
}

TEST_F(GatewayWithMoodle, LeavesAWriteInDoubtAfterABadGateway) {
  EXPECT_EQ(create_under(Fault::status(502)).kind, ErrorKind::kInDoubt);
  EXPECT_TRUE(live->gateway->outage().has_value());
}

TEST_F(GatewayWithMoodle, KnowsThatNothingIsDoneInMaintenance) {
  const Error error = create_under(Fault::maintenance().retry_after(60));
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_EQ(error.retry_after, std::chrono::seconds(60));
}

TEST_F(GatewayWithMoodle, KnowsThatNothingIsDoneWhileWebServicesAreOff) {
  EXPECT_EQ(create_under(Fault::forbidden()).kind, ErrorKind::kUnavailable);
}

TEST_F(GatewayWithMoodle, NamesTheFunctionThatTheServiceLacks) {
  sim.change_settings([](sim::Settings& s) { s.functions = {"core_webservice_get_site_info"}; });
  LiveGateway gateway(settings());
  const Error error = gateway.error(gateway.start(create("a")));
  EXPECT_EQ(error.kind, ErrorKind::kConfig);
  EXPECT_NE(error.message.find("core_course_create_courses"), std::string::npos);
}

TEST_F(GatewayWithMoodle, DoesNothingAtAllWhenPhpCutsTheBody) {
  sim.change_settings([](sim::Settings& s) { s.max_input_vars = 100; });
  LiveGateway gateway(settings());
  for (int i = 0; i < 100; ++i) gateway.start(create("c" + std::to_string(i)));
  EXPECT_TRUE(gateway.run_until([&] { return gateway.talks[0]->done(); }));
  EXPECT_EQ(gateway.error(0).kind, ErrorKind::kConfig);
  EXPECT_EQ(sim.state()->courses.size(), 1U);
}

TEST_F(GatewayWithMoodle, KeepsItsConnectionsOpen) {
  LiveGateway gateway(settings());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(gateway.answer(gateway.start(create("c" + std::to_string(i)))).has_value());
  }
  EXPECT_EQ(gateway.gateway->stats().calls, 20U);
  EXPECT_EQ(gateway.gateway->stats().connections, 1U);
}

TEST_F(GatewayWithMoodle, LetsOthersPassWhileACourseIsDuplicated) {
  const sim::Id original = sim.create_course({.category = 1, .fullname = "T", .shortname = "t"});
  sim::Gate gate = sim.hold("core_course_duplicate_course");
  LiveGateway gateway(settings());
  const auto first = gateway.start(duplicate(original, "copy1"));
  const auto second = gateway.start(duplicate(original, "copy2"));
  EXPECT_TRUE(gateway.answer(gateway.start(create("a"))).has_value());
  EXPECT_TRUE(gateway.run_until([&] { return gate.held() == 1; }));
  gate.release();
  EXPECT_TRUE(gateway.answer(first).has_value());
  EXPECT_TRUE(gateway.answer(second).has_value());
}

TEST_F(GatewayWithMoodle, ForgetsAConversationWhoseCallIsOnTheWire) {
  sim::Gate gate = sim.hold("core_course_create_courses");
  LiveGateway gateway(settings());
  gateway.start(create("a"));
  const auto kept = gateway.start(create("b"));
  EXPECT_TRUE(gateway.run_until([&] { return gate.held() == 1; }));
  gateway.talks[0].reset();
  gate.release();
  const auto answer = gateway.answer(kept);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ((*answer)["shortname"], "b");
  EXPECT_TRUE(has_course("a")) << "what is on the wire is not recalled";
}

TEST_F(GatewayWithMoodle, HoldsBackASecondCallWithTheSameKey) {
  sim::Gate gate = sim.hold("core_course_create_courses");
  LiveGateway gateway(settings());
  const auto first = gateway.start(create("a", "courses"));
  EXPECT_TRUE(gateway.run_until([&] { return gate.held() == 1; }));
  const auto second = gateway.start(create("b", "courses"));
  EXPECT_TRUE(gateway.answer(gateway.start(find("x"))).has_value());
  EXPECT_EQ(sim.count("core_course_create_courses"), 1);
  gate.release();
  EXPECT_TRUE(gateway.answer(first).has_value());
  EXPECT_TRUE(gateway.answer(second).has_value());
}

TEST_F(GatewayWithMoodle, TriesOnceMoreAfterADeadlock) {
  sim.inject(Fault::exception("dmlwriteexception").on("core_course_create_courses"));
  LiveGateway gateway(settings());
  EXPECT_TRUE(gateway.answer(gateway.start(create("a"))).has_value());
  EXPECT_EQ(sim.count("core_course_create_courses"), 2);
}

}  // namespace
}  // namespace moodlesync::moodle
