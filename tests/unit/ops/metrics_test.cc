#include "ops/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() { vitals_.components = {"course"}; }
  void end(const Outcome& outcome, Settlement::State state) {
    Settlement settlement;
    settlement.state = state;
    const TaskKey key{"course", "main", {"node", 12}};
    metrics_.ended({key, outcome, settlement, std::chrono::milliseconds{30}});
  }
  [[nodiscard]] std::string text() const { return metrics_.text(vitals_, queue_, 1'700'000'000); }

  Metrics metrics_{"1.2.3"};
  Vitals vitals_;
  QueueReading queue_;
};

TEST_F(MetricsTest, CountsAttemptsAndWhatHasComeToAnEndApart) {
  end(Synced{}, Settlement::State::kDone);
  end(Error{ErrorKind::kTransient, "timeout", "node:12 by Jane Doe"}, Settlement::State::kPending);
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_events_total{component=\"course\",outcome=\"synced\"} 1\n"));
  EXPECT_THAT(
      text(),
      HasSubstr("moodle_syncd_attempts_total{component=\"course\",outcome=\"transient\"} 1\n"));
  EXPECT_THAT(text(), Not(HasSubstr("events_total{component=\"course\",outcome=\"transient\"}")));
  EXPECT_THAT(text(), Not(HasSubstr("Jane"))) << "no message is a label";
}

TEST_F(MetricsTest, MeasuresRequestsByFunctionAndOutcome) {
  const Error down{ErrorKind::kUnavailable, "http_503", "away"};
  metrics_.called({"core_user_create_users", 50, std::chrono::milliseconds{200}, nullptr});
  metrics_.called({"core_user_create_users", 50, std::chrono::milliseconds{0}, &down});
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_moodle_request_duration_seconds_bucket{function="
                                "\"core_user_create_users\",outcome=\"answered\",le=\"0.25\"} 1"));
  EXPECT_THAT(text(), HasSubstr("outcome=\"unavailable\""));
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_moodle_batch_size_sum{function="
                                "\"core_user_create_users\"} 100"));
}

TEST_F(MetricsTest, MeasuresHowLongAChangeTakesToMoodleAndHowLongItLay) {
  const TaskKey key{"course", "main", {"node", 12}};
  Settlement settlement;
  const auto tell = [&](const Outcome& outcome) {
    metrics_.ended({key, outcome, settlement, std::chrono::milliseconds{30},
                    std::chrono::milliseconds{4}, std::chrono::milliseconds{700}});
  };
  tell(Synced{});
  tell(Skipped{"opted_out", "as asked for"});
  settlement.state = Settlement::State::kPending;
  tell(Error{ErrorKind::kTransient, "timeout", "no answer"});
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_sync_latency_seconds_count{component=\"course\"} 1\n"))
      << "neither what is left out nor what is still to come is in step";
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_sync_latency_seconds_sum{component=\"course\"} 0.7\n"));
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_pickup_latency_seconds_count{component=\"course\"} 3\n"));
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_pickup_latency_seconds_sum{component=\"course\"} 0.012"));
}

TEST_F(MetricsTest, ShowsWhatLimitsRequestsAndRetries) {
  vitals_.gateway.max_input_vars = 5000;
  vitals_.retry_budget = 12;
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_moodle_max_input_vars 5000\n"));
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_retry_budget_tokens 12\n"));
}

TEST_F(MetricsTest, KeepsCountingWhenAReloadBringsANewGateway) {
  Turn turn;
  turn.gateway.rows = 100;
  metrics_.turned(turn);
  turn.gateway.rows = 130;
  metrics_.turned(turn);
  turn.gateway.rows = 5;
  metrics_.turned(turn);
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_moodle_rows_total 135\n"));
}

TEST_F(MetricsTest, SaysNothingOfAQueueThatWasNeverLookedAt) {
  EXPECT_THAT(text(), Not(HasSubstr("queue_depth")));
  queue_.is_taken = true;
  queue_.stats.tasks = {{"course", "pending", "", 7, std::chrono::seconds{90}},
                        {"course", "parked", "taken", 2, std::chrono::seconds{9000}},
                        {"course", "parked", "invalid", 1, std::chrono::seconds{9000}}};
  EXPECT_THAT(text(),
              HasSubstr("moodle_syncd_queue_depth{component=\"course\",state=\"pending\"} 7\n"));
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_dead_letters{component=\"course\"} 3\n"));
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_queue_oldest_age_seconds{component=\"course\"} 90"));
  queue_.stats.oldest_xmin_age = 4711;
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_oldest_xmin_age 4711\n"));
}

TEST_F(MetricsTest, ShowsWhatIsPaused) {
  queue_.is_taken = true;
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_component_paused{component=\"course\"} 0\n"));
  queue_.pauses = {{"", "upgrade of Moodle", std::chrono::minutes{5}}};
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_component_paused{component=\"course\"} 1\n"));
  EXPECT_THAT(text(), Not(HasSubstr("upgrade"))) << "no label holds what a person wrote";
}

TEST_F(MetricsTest, ShowsComponentsOfWhichNothingHasHappenedYet) {
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_brake_tripped{component=\"course\"} 0\n"));
  queue_.held.emplace_back().component = "course";
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_brake_tripped{component=\"course\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("moodle_syncd_build_info{version=\"1.2.3\"} 1\n"));
}

}  // namespace
}  // namespace moodlesync::ops
