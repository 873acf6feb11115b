#include "moodle/preflight.h"

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

constexpr std::string_view kUsersByField = "core_user_get_users_by_field";

/// A Moodle as the preflight sees it.
struct Site {
  std::string url = "https://moodle.test";
  std::vector<std::string> functions{"core_course_get_categories", std::string(kUsersByField)};
  std::size_t max_input_vars = 1000;
  bool shows_users = true;
  bool shows_categories = true;

  [[nodiscard]] Reply site_info() const {
    const Json info{{"release", "5.1+"},    {"version", "2025100600.02"},
                    {"siteurl", url},       {"userid", 5},
                    {"username", "syncer"}, {"userprivateaccesskey", "s3cret"}};
    Json answer = info;
    answer["functions"] = Json::array();
    for (const std::string& name : functions) {
      answer["functions"].push_back({{"name", name}, {"version", "1"}});
    }
    return json_reply(answer.dump());
  }
  [[nodiscard]] Reply users(const Form& form) const {
    // PHP keeps limit + 1 variables of a body.
    const bool is_cut = form.variables.size() > max_input_vars + 1;
    const bool finds = shows_users && !is_cut && form.variables.back().second != "0";
    return json_reply(finds ? R"([{"id":5,"username":"syncer"}])" : "[]");
  }
  [[nodiscard]] Reply answer(const Form& form) const {
    const std::string function = form.get("wsfunction");
    if (function == kUsersByField) return users(form);
    if (function == "core_course_get_categories") {
      return json_reply(shows_categories ? R"([{"id":1,"name":"Category 1"}])" : "[]");
    }
    return site_info();
  }
};

class Preflight : public testing::Test {
 protected:
  Result<MoodleSite> run(const Site& site, int max_input_vars = 1000) {
    GatewaySettings settings = GatewayBench::default_settings();
    settings.max_input_vars = max_input_vars;
    bench_ = std::make_unique<GatewayBench>(std::move(settings));
    bench_->wire->server = [site](const Form& form) { return site.answer(form); };
    Co<Result<MoodleSite>> run = bench_->gateway->preflight();
    run.start();
    bench_->run();
    if (!run.done()) return Error{ErrorKind::kBug, "test", "the preflight did not end"};
    return run.take();
  }

  std::unique_ptr<GatewayBench> bench_;
};

TEST_F(Preflight, LearnsWhoWeAreInTwoCalls) {
  const auto site = run({});
  ASSERT_TRUE(site.has_value()) << site.error().message;
  EXPECT_EQ(site->release, "5.1+");
  EXPECT_EQ(site->user_id, 5);
  EXPECT_TRUE(site->functions.contains(kUsersByField));
  EXPECT_TRUE(bench_->gateway->offers(kUsersByField));
  EXPECT_FALSE(bench_->gateway->offers("core_cohort_search_cohorts"));
  EXPECT_EQ(site->max_input_vars, 1000);
  EXPECT_TRUE(bench_->gateway->reads_are_trustworthy());
  EXPECT_EQ(bench_->wire->sent.size(), 2U);
}

TEST_F(Preflight, SendsTheProbeWithTheFunctionNameFirstAndFullLength) {
  const auto site = run({});
  ASSERT_TRUE(site.has_value());
  const Form probe = bench_->wire->form(1);
  EXPECT_EQ(probe.variables.size(), 1000U);
  EXPECT_EQ(probe.variables[1].first, "wsfunction");
  EXPECT_EQ(probe.variables.back().second, "5");
}

TEST_F(Preflight, FindsOutThatFewerVariablesGetThrough) {
  const auto site = run({.max_input_vars = 300});
  ASSERT_TRUE(site.has_value()) << site.error().message;
  EXPECT_EQ(site->max_input_vars, 250);
  EXPECT_TRUE(bench_->gateway->reads_are_trustworthy());
}

TEST_F(Preflight, UsesALargerLimitOnceItIsMeasured) {
  const auto site = run({.max_input_vars = 5000}, 5000);
  ASSERT_TRUE(site.has_value());
  for (int i = 0; i < 100; ++i) {
    Call call = create_course("c");
    for (int field = 0; field < 19; ++field) call.row.add("f" + std::to_string(field), "1");
    bench_->start(std::move(call));
  }
  bench_->wire->server = nullptr;
  bench_->pump();
  EXPECT_EQ(bench_->wire->form(2).variables.size(), 1003U);
}

TEST_F(Preflight, RefusesAMoodleThatCallsItselfOtherwise) {
  const auto site = run({.url = "https://other.test"});
  ASSERT_FALSE(site.has_value());
  EXPECT_EQ(site.error().code, "wrong_site");
  EXPECT_NE(site.error().message.find("https://other.test"), std::string::npos);
  EXPECT_NE(site.error().message.find("https://moodle.test"), std::string::npos);
}

TEST_F(Preflight, DoesNotMindASlashOrCapitalsInTheHost) {
  EXPECT_TRUE(run({.url = "HTTPS://Moodle.test/"}).has_value());
}

TEST_F(Preflight, DistrustsReadsOfAnAccountThatDoesNotSeeItself) {
  const auto site = run({.shows_users = false});
  ASSERT_FALSE(site.has_value());
  EXPECT_EQ(site.error().code, "account_cannot_read");
  EXPECT_EQ(site.error().kind, ErrorKind::kConfig);
  EXPECT_FALSE(bench_->gateway->reads_are_trustworthy());
}

TEST_F(Preflight, LooksAtCategoriesWhereUsersCannotBeLookedUp) {
  const auto site = run({.functions = {"core_course_get_categories"}}, 5000);
  ASSERT_TRUE(site.has_value());
  EXPECT_TRUE(bench_->gateway->reads_are_trustworthy());
  EXPECT_EQ(site->max_input_vars, 1000) << "not measured";
}

TEST_F(Preflight, DistrustsReadsWithoutASingleCategory) {
  const auto site = run({.functions = {"core_course_get_categories"}, .shows_categories = false});
  ASSERT_FALSE(site.has_value());
  EXPECT_EQ(site.error().code, "account_cannot_read");
}

TEST_F(Preflight, DistrustsReadsWhereNothingCanBeLookedUp) {
  const auto site = run({.functions = {"core_course_create_courses"}});
  EXPECT_TRUE(site.has_value());
  EXPECT_FALSE(bench_->gateway->reads_are_trustworthy());
}

TEST_F(Preflight, LosesTrustWhenTheAccountMustDoSomething) {
  ASSERT_TRUE(run({}).has_value());
  bench_->wire->server = nullptr;
  bench_->wire->script.push_back(exception_reply("forcepasswordchangenotice"));
  bench_->start(create_course("a"));
  bench_->run();
  EXPECT_FALSE(bench_->gateway->reads_are_trustworthy());
  const std::optional<Error> outage = bench_->gateway->outage();
  ASSERT_TRUE(outage.has_value());
  EXPECT_EQ(outage->kind, ErrorKind::kConfig);
}

TEST_F(Preflight, LosesTrustWhenAWarningSaysThatTheAccountMustDoSomething) {
  ASSERT_TRUE(run({}).has_value());
  bench_->wire->server = nullptr;
  bench_->wire->script.push_back(
      json_reply(R"({"warnings":[{"itemid":5,"warningcode":"sitepolicynotagreed"}]})"));
  bench_->start(update_course("5"));
  bench_->run();
  EXPECT_FALSE(bench_->gateway->reads_are_trustworthy());
  const std::optional<Error> outage = bench_->gateway->outage();
  ASSERT_TRUE(outage.has_value());
  EXPECT_EQ(outage->code, "sitepolicynotagreed");
}

}  // namespace
}  // namespace moodlesync::moodle
