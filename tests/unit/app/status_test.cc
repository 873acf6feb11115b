#include "app/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace moodlesync::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

StatusReport a_report() {
  StatusReport report{"https://drupal.example", "https://moodle.example", {}, {}};
  report.queue.tasks.push_back(
      {"course", "parked", "shortnametaken", 3, hours(3), "shortname 'A' is taken by course 5"});
  report.queue.tasks.push_back({"category", "pending", "", 12, seconds(5)});
  report.queue.changes = 4;
  report.queue.links = 240;
  report.queue.skipped = 2;
  report.queue.owed_write_backs = 1;
  return report;
}

TEST(Status, TellsPeopleWhatIsParkedAndWhy) {
  std::ostringstream out;
  print_status_text(a_report(), out);
  EXPECT_THAT(out.str(), HasSubstr("course       parked   3        oldest 3h    shortnametaken: "
                                   "shortname 'A' is taken by course 5"));
  EXPECT_THAT(out.str(), HasSubstr("Changes not taken in yet: 4"));
  EXPECT_THAT(out.str(), HasSubstr("Links: 240, of which skipped: 2"));
  EXPECT_THAT(out.str(), HasSubstr("still to be written into Drupal: 1"));
}

TEST(Status, SaysWhatTheBrakeHoldsBack) {
  StatusReport report = a_report();
  std::ostringstream calm;
  print_status_text(report, calm);
  EXPECT_THAT(calm.str(), HasSubstr("Brake: nothing is held back"));
  report.held.push_back({"users", {{"suspend", 480}}, 480, 480, minutes(12), {}, {}});
  std::ostringstream out;
  print_status_text(report, out);
  EXPECT_THAT(out.str(), HasSubstr("see `moodle-syncd brake list`\n  users        480 of 480 "
                                   "entities, for 12m"));
  std::ostringstream json;
  print_status_json(report, json);
  const auto object = nlohmann::json::parse(json.str());
  EXPECT_EQ(object.at("brake").at(0).at("component"), "users");
  EXPECT_EQ(object.at("brake").at(0).at("removals"), 480);
}

TEST(Status, NamesEveryObjectionOfTheGuard) {
  StatusReport report = a_report();
  report.guard_objections = {"the database name differs"};
  std::ostringstream out;
  print_status_text(report, out);
  EXPECT_THAT(out.str(), HasSubstr("nothing is written to Moodle, because\n  the database name"));
}

TEST(Status, TellsMachinesTheSame) {
  std::ostringstream out;
  print_status_json(a_report(), out);
  const auto object = nlohmann::json::parse(out.str());
  EXPECT_EQ(object.at("guard").at("ok"), true);
  EXPECT_EQ(object.at("tasks").at(0).at("oldest_seconds"), 3 * 3600);
  EXPECT_EQ(object.at("tasks").at(0).at("last_error"), "shortname 'A' is taken by course 5");
  EXPECT_EQ(object.at("owed_write_backs"), 1);
}

TEST(Status, RoundsAgesToAUnitThatSaysEnough) {
  EXPECT_EQ(age_text(seconds(119)), "119s");
  EXPECT_EQ(age_text(minutes(5)), "5m");
  EXPECT_EQ(age_text(hours(5)), "5h");
  EXPECT_EQ(age_text(hours(72)), "3d");
}

}  // namespace
}  // namespace moodlesync::app
