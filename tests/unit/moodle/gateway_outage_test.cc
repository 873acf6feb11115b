// A Moodle that is away, and a row that only looks as if it were.
#include <algorithm>

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

using Names = std::vector<std::string>;

/// A Moodle that is up: knows who we are and sees itself.
Reply preflight_reply(const Form& form) {
  if (form.get("wsfunction") == "core_webservice_get_site_info") {
    return json_reply(R"({"siteurl":"https://moodle.test","userid":2,"username":"sync",)"
                      R"("functions":[{"name":"core_user_get_users_by_field"},)"
                      R"({"name":"core_course_create_courses"}]})");
  }
  return json_reply(R"([{"id":2}])");
}

class GatewayOutage : public testing::Test {
 protected:
  GatewayOutage() {
    bench.wire->server = [this](const Form& form) {
      if (!is_up) return status_reply(502);
      if (form.get("wsfunction") != "core_course_create_courses") return preflight_reply(form);
      const auto names = form.all("[shortname]");
      const bool dislikes = std::ranges::find(names, "<script>") != names.end();
      return dislikes ? blocked : create_or_refuse(form);
    };
  }
  bool preflight() {
    Co<Result<MoodleSite>> probe = bench.gateway->preflight();
    probe.start();
    bench.run();
    return probe.done() && probe.take().has_value();
  }
  /// Sends the row, as conversation after conversation does, and says what came of it.
  Error send(const std::string& shortname, std::int64_t order) {
    const auto talk = bench.start(create_course(shortname, "", order));
    bench.run();
    return bench.error(talk);
  }

  GatewayBench bench;
  bool is_up = true;
  Reply blocked = status_reply(403, "<html>Request blocked</html>");
};

TEST_F(GatewayOutage, LastsUntilAPreflightHasSucceeded) {
  is_up = false;
  (void)send("a", 1);
  ASSERT_TRUE(bench.gateway->outage().has_value());
  EXPECT_EQ(bench.gateway->outage()->kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(preflight());
  EXPECT_TRUE(bench.gateway->outage().has_value());
  is_up = true;
  EXPECT_TRUE(preflight());
  EXPECT_FALSE(bench.gateway->outage().has_value());
}

TEST_F(GatewayOutage, SendsNothingButThePreflightMeanwhile) {
  is_up = false;
  (void)send("a", 1);
  const std::size_t sent = bench.wire->sent.size();
  EXPECT_EQ(send("b", 2).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(bench.wire->sent.size(), sent);
  EXPECT_FALSE(preflight());
  EXPECT_EQ(bench.wire->sent.size(), sent + 1);
}

TEST_F(GatewayOutage, AnswersWhatStillWaitsUnsent) {
  GatewaySettings settings = GatewayBench::default_settings();
  settings.concurrency = {1, 1, 1};
  settings.max_batch["core_course_create_courses"] = 2;
  GatewayBench narrow(std::move(settings));
  narrow.wire->server = [](const Form&) { return status_reply(502); };
  for (int i = 0; i < 6; ++i) narrow.start(create_course("c" + std::to_string(i)));
  narrow.run();
  EXPECT_EQ(narrow.wire->sent.size(), 1U);
  EXPECT_EQ(narrow.error(0).kind, ErrorKind::kInDoubt) << "it was on the wire";
  for (std::size_t i = 2; i < 6; ++i) {
    const Error error = narrow.error(i);
    EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
    EXPECT_NE(error.message.find("not sent"), std::string::npos);
  }
  EXPECT_EQ(narrow.gateway->outstanding(), 0U);
}

TEST_F(GatewayOutage, PassesOnHowLongMoodleWantsToBeLeftAlone) {
  Reply busy = status_reply(503);
  busy.retry_after = std::chrono::seconds(90);
  bench.wire->server = [busy](const Form&) { return busy; };
  (void)send("a", 1);
  EXPECT_EQ(bench.gateway->outage()->retry_after, std::chrono::seconds(90));
}

TEST_F(GatewayOutage, SendsARowAloneThatMayHaveCausedIt) {
  bench.start(create_course("<script>", "", 1));
  bench.start(create_course("b", "", 2));
  bench.run();
  ASSERT_TRUE(preflight());
  bench.start(create_course("<script>", "", 1));
  bench.start(create_course("b", "", 2));
  bench.start(create_course("c", "", 3));
  bench.start(create_course("d", "", 4));
  const std::size_t before = bench.wire->sent.size();
  bench.pump();
  ASSERT_GT(bench.wire->sent.size(), before);
  EXPECT_EQ(bench.wire->form(before).all("[shortname]"), (Names{"<script>"}));
}

TEST_F(GatewayOutage, DoesNotTakeARowOfAnotherGroupForOneThatMayHaveCausedIt) {
  const auto of_group = [&](const char* shortname, const char* group) {
    Call call = create_course(shortname, "user:1", 1);
    call.group = group;
    bench.start(std::move(call));
  };
  of_group("<script>", "course:1");
  bench.run();
  ASSERT_TRUE(preflight());
  of_group("b", "course:2");
  of_group("c", "course:3");
  const std::size_t before = bench.wire->sent.size();
  bench.pump();
  ASSERT_GT(bench.wire->sent.size(), before);
  EXPECT_EQ(bench.wire->form(before).all("[shortname]"), (Names{"b", "c"}));
}

TEST_F(GatewayOutage, ConvictsTheRowThatNeverGetsThroughAndLetsTheOthersGoOn) {
  bench.start(create_course("<script>", "", 1));
  bench.start(create_course("b", "", 2));
  bench.run();
  ASSERT_TRUE(preflight());
  EXPECT_EQ(send("<script>", 1).kind, ErrorKind::kUnavailable) << "Moodle might be away";
  ASSERT_TRUE(preflight());
  const Error convicted = send("<script>", 1);
  EXPECT_EQ(convicted.kind, ErrorKind::kTransient);
  EXPECT_EQ(convicted.code, "http_403");
  EXPECT_NE(convicted.message.find("only this row never gets through"), std::string::npos);
  EXPECT_FALSE(bench.gateway->outage().has_value());
  const auto other = bench.start(create_course("b", "", 2));
  bench.run();
  EXPECT_TRUE(bench.answer(other).has_value());
}

TEST_F(GatewayOutage, LeavesAConvictedWriteInDoubtWhenMoodleMayHaveActed) {
  blocked = status_reply(500);
  (void)send("<script>", 1);
  ASSERT_TRUE(preflight());
  (void)send("<script>", 1);
  ASSERT_TRUE(preflight());
  EXPECT_EQ(send("<script>", 1).kind, ErrorKind::kInDoubt);
  EXPECT_FALSE(bench.gateway->outage().has_value());
}

TEST_F(GatewayOutage, AcquitsARowThatGetsThrough) {
  (void)send("<script>", 1);
  ASSERT_TRUE(preflight());
  (void)send("<script>", 1);
  ASSERT_TRUE(preflight());
  const auto mended = bench.start(create_course("script", "", 1));
  bench.run();
  EXPECT_TRUE(bench.answer(mended).has_value());
  EXPECT_EQ(send("<script>", 1).kind, ErrorKind::kUnavailable) << "it starts anew";
}

TEST_F(GatewayOutage, ConvictsNobodyOfAnOutageThatGoesOn) {
  is_up = false;
  for (int i = 0; i < 10; ++i) {
    EXPECT_NE(send("a", 1).kind, ErrorKind::kTransient);
    EXPECT_FALSE(preflight());
  }
  is_up = true;
  EXPECT_TRUE(preflight());
  const auto talk = bench.start(create_course("a", "", 1));
  bench.run();
  EXPECT_TRUE(bench.answer(talk).has_value());
}

TEST_F(GatewayOutage, DoesNotTakeAnUnknownFunctionForAnUnknownRecord) {
  ASSERT_TRUE(preflight());
  bench.wire->server = [](const Form&) { return exception_reply("invalidrecordunknown"); };
  const auto talk = bench.start(enrol("1"));
  bench.run();
  const Error error = bench.error(talk);
  EXPECT_EQ(error.kind, ErrorKind::kConfig);
  EXPECT_EQ(error.code, "missing_function");
  EXPECT_NE(error.message.find("External services"), std::string::npos);
}

}  // namespace
}  // namespace moodlesync::moodle
