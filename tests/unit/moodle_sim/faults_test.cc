#include "support/moodle_sim/faults.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::sim {
namespace {

const char* const kCreate = "core_course_create_categories";

class Faults : public ::testing::Test {
 protected:
  Reply create(const char* idnumber) {
    return client_.call(kCreate,
                        {{"categories[0][name]", "x"}, {"categories[0][idnumber]", idnumber}});
  }
  bool has(const char* idnumber) {
    return moodle_.state()->category_with_idnumber(idnumber) != nullptr;
  }

  MoodleSim moodle_;
  RestClient client_{moodle_.url(), moodle_.token()};
};

TEST_F(Faults, StrikeTheNthRequestOfTheirFunctionOnly) {
  moodle_.inject(Fault::status(502).on(kCreate).nth(2).retry_after(7));

  EXPECT_EQ(create("a").status, 200);
  EXPECT_EQ(client_.call("core_webservice_get_site_info").status, 200);
  const Reply second = create("b");
  EXPECT_EQ(second.status, 502);
  EXPECT_EQ(second.retry_after, "7");
  EXPECT_FALSE(has("b"));
  EXPECT_EQ(create("b").status, 200);
}

TEST_F(Faults, ALostAnswerMeansTheWorkIsDone) {
  moodle_.inject(Fault::lost_answer().on(kCreate));

  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(has("a"));
}

TEST_F(Faults, ACutBeforeTheWorkMeansNothingIsDone) {
  moodle_.inject(Fault::cut());

  EXPECT_EQ(create("a").status, 0);
  EXPECT_FALSE(has("a"));
  EXPECT_EQ(moodle_.count(kCreate), 1);
  EXPECT_FALSE(moodle_.calls(kCreate)[0].done);
}

TEST_F(Faults, AnAnswerCanEndInTheMiddle) {
  moodle_.inject(Fault::cut_midway());

  EXPECT_EQ(create("a").status, 0);
  EXPECT_TRUE(has("a"));
}

TEST_F(Faults, BodiesCanBeAnythingButMoodles) {
  moodle_.inject(Fault::html());
  moodle_.inject(Fault::garbage());
  moodle_.inject(Fault::truncated());
  moodle_.inject(Fault::empty());

  EXPECT_EQ(create("a").content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(create("b").json.is_null());
  EXPECT_TRUE(create("c").json.is_null());
  EXPECT_TRUE(has("c"));
  EXPECT_EQ(create("d").body, "");
}

TEST_F(Faults, ExceptionsCanBeGivenOncePerRequestUntilCleared) {
  moodle_.inject(Fault::exception("dmlwriteexception").always());
  EXPECT_EQ(create("a").errorcode(), "dmlwriteexception");
  EXPECT_EQ(create("a").errorcode(), "dmlwriteexception");
  EXPECT_FALSE(has("a"));

  moodle_.clear_faults();
  EXPECT_EQ(create("a").errorcode(), "");
}

TEST_F(Faults, AHeldRequestWaitsAtTheGate) {
  Gate gate = moodle_.hold(kCreate);
  auto answer = std::async(std::launch::async, [this] { return create("a"); });

  ASSERT_TRUE(gate.wait_for(1));
  EXPECT_FALSE(has("a"));
  gate.release();

  EXPECT_EQ(answer.get().status, 200);
  EXPECT_TRUE(has("a"));
}

TEST_F(Faults, AGateBehindTheWorkHoldsTheAnswer) {
  Gate gate = moodle_.hold(kCreate, Gate::Place::kAfterWork);
  auto answer = std::async(std::launch::async, [this] { return create("a"); });

  ASSERT_TRUE(gate.wait_for(1));
  EXPECT_TRUE(has("a"));
  gate.release();

  EXPECT_EQ(answer.get().status, 200);
}

TEST(FaultsAtTheEnd, DestroyingTheSimulatorEndsHangsAndOpensGates) {
  std::optional<MoodleSim> moodle(std::in_place);
  RestClient hanging(moodle->url(), moodle->token());
  RestClient held(moodle->url(), moodle->token());
  moodle->inject(Fault::hang().on("core_course_get_categories"));
  Gate gate = moodle->hold(kCreate);
  auto first =
      std::async(std::launch::async, [&] { return hanging.call("core_course_get_categories"); });
  auto second = std::async(std::launch::async, [&] { return held.call(kCreate); });
  ASSERT_TRUE(gate.wait_for(1));

  const auto start = std::chrono::steady_clock::now();
  moodle.reset();

  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(first.get().status, 0);
  (void)second.get();
}

TEST(LatencyModel, CountsRequestsRowsAndFunctions) {
  Options options;
  options.latency.per_row = std::chrono::milliseconds(10);
  MoodleSim moodle(std::move(options));
  RestClient client(moodle.url(), moodle.token());
  const auto start = std::chrono::steady_clock::now();

  const Reply reply = client.call(
      kCreate,
      {{"categories[0][name]", "a"}, {"categories[1][name]", "b"}, {"categories[2][name]", "c"}});

  EXPECT_EQ(reply.json.size(), 3U);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(30));
}

}  // namespace
}  // namespace moodlesync::sim
