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
using testing::Not;

Presence a_daemon() {
  Presence daemon;
  daemon.host = "vm1";
  daemon.pid = 12;
  daemon.version = "1.2.3";
  daemon.started = hours(3);
  daemon.seen = seconds(2);
  daemon.moodle_ready = true;
  daemon.moodle_since = hours(3);
  daemon.settled = 340;
  daemon.failed = 2;
  daemon.requests = 45;
  daemon.last_success = seconds(1);
  return daemon;
}

StatusReport a_report() {
  StatusReport report{"https://drupal.example", "https://moodle.example", {}, {}};
  report.queue.tasks.push_back(
      {"course", "parked", "shortnametaken", 3, hours(3), "shortname 'A' is taken by course 5"});
  report.queue.tasks.push_back({"category", "pending", "", 12, seconds(5)});
  report.queue.tasks.push_back({"course", "waiting", "waiting", 7, seconds(9)});
  report.queue.waits.push_back({"course", "category", 7, {"taxonomy_term", 4}});
  report.queue.skips.push_back({"users", "opted_out", 2});
  report.queue.changes = 4;
  report.queue.links = 240;
  report.queue.skipped = 2;
  report.queue.owed_write_backs = 1;
  report.daemons = {a_daemon()};
  return report;
}

std::string text(const StatusReport& report, ops::Look look = {}) {
  std::ostringstream out;
  print_status_text(report, out, look);
  return out.str();
}

TEST(Status, TellsPeopleWhatIsParkedAndWhy) {
  const std::string shown = text(a_report());
  EXPECT_THAT(shown, HasSubstr("Parked       3 of course [shortnametaken], the oldest for 3h, e.g. "
                               "shortname 'A' is taken by course 5\n"));
  EXPECT_THAT(shown, HasSubstr("Changes      4 not taken in yet\n"));
  EXPECT_THAT(shown, HasSubstr("240 entities known in Moodle, 2 skipped\n"));
  EXPECT_THAT(shown, HasSubstr("  2 of users: opted_out\n"));
  EXPECT_THAT(shown, HasSubstr("1 Moodle ids are still to be written into Drupal\n"));
}

TEST(Status, HasALaneForEachComponentWithTheAgeOfWhatIsNotParked) {
  const std::string shown = text(a_report());
  EXPECT_THAT(shown, HasSubstr("category     12        0         0         0         5s\n"));
  EXPECT_THAT(shown, HasSubstr("course       0         0         7         3         9s\n"));
}

TEST(Status, TellsWhatIsWaitedFor) {
  EXPECT_THAT(text(a_report()),
              HasSubstr("Waiting      7 of course for the Moodle ids of category, e.g. of "
                        "taxonomy_term:4\n"));
}

TEST(Status, TellsWhatEachDaemonDoes) {
  const std::string shown = text(a_report());
  EXPECT_THAT(shown, HasSubstr("Daemons      1 runs\n"));
  EXPECT_THAT(shown, HasSubstr("vm1 (pid 12, version 1.2.3) runs since 3h\n"));
  EXPECT_THAT(shown, HasSubstr("Moodle answers, since 3h\n"));
  EXPECT_THAT(shown, HasSubstr("last minute: 340 in step, 2 failed, 45 requests to Moodle; 0 being "
                               "worked on; last success 1s ago\n"));
}

TEST(Status, TellsThatMoodleIsAwaySinceWhenAndWhy) {
  StatusReport report = a_report();
  report.daemons[0].moodle_ready = false;
  report.daemons[0].moodle_since = minutes(7);
  report.daemons[0].moodle_code = "http_503";
  report.daemons[0].moodle_reason = "it answers with 503";
  report.daemons[0].stopped = {{"users", "no right to moodle/user:update"}};
  EXPECT_THAT(text(report), HasSubstr("Moodle cannot be worked with, since 7m: it answers with 503 "
                                      "[http_503]; work is kept and tried again\n"));
  EXPECT_THAT(text(report), HasSubstr("users has stopped: no right to moodle/user:update\n"));
  EXPECT_THAT(status_line(report), HasSubstr("moodle=away"));
}

TEST(Status, TellsThatNoDaemonRunsAndWhatBecameOfTheLast) {
  StatusReport report = a_report();
  report.daemons[0].seen = hours(1);
  EXPECT_THAT(text(report), HasSubstr("none runs; start one: systemctl start moodle-syncd\n"));
  EXPECT_THAT(text(report), HasSubstr("was last heard of 60m ago: killed, hung or cut off"));
  report.daemons[0].ended = true;
  EXPECT_THAT(text(report), HasSubstr("vm1 (pid 12, version 1.2.3) stopped 60m ago\n"));
}

TEST(Status, TellsWhatIsPausedAndHowToGoOn) {
  StatusReport report = a_report();
  EXPECT_THAT(text(report), Not(HasSubstr("Paused")));
  report.pauses = {{"", "upgrade", minutes(5)}, {"course", "", minutes(4)}};
  EXPECT_THAT(text(report), HasSubstr("Paused       everything, for 5m: upgrade; to go on: "
                                      "moodle-syncd resume\n"));
  EXPECT_THAT(text(report), HasSubstr("course, for 4m; to go on: moodle-syncd resume course\n"));
}

TEST(Status, SaysWhatTheBrakeHoldsBack) {
  StatusReport report = a_report();
  EXPECT_THAT(text(report), HasSubstr("Brake        nothing is held back"));
  report.held.push_back({"users", {{"suspend", 480}}, 480, 480, minutes(12), {}, {}});
  EXPECT_THAT(text(report), HasSubstr("see: moodle-syncd brake list\n"));
  EXPECT_THAT(text(report), HasSubstr("users: 480 removals of 480 entities, for 12m\n"));
  const auto object = nlohmann::json(status_json(report));
  EXPECT_EQ(object.at("brake").at(0).at("component"), "users");
  EXPECT_EQ(object.at("brake").at(0).at("removals"), 480);
}

TEST(Status, NamesEveryObjectionOfTheGuard) {
  StatusReport report = a_report();
  report.guard_objections = {"the database name differs"};
  EXPECT_THAT(text(report), HasSubstr("nothing is written to Moodle, because\n"));
  EXPECT_THAT(text(report), HasSubstr("  the database name differs\n"));
}

TEST(Status, TellsMachinesTheSame) {
  const auto object = nlohmann::json(status_json(a_report()));
  EXPECT_EQ(object.at("guard").at("ok"), true);
  EXPECT_EQ(object.at("tasks").at(0).at("oldest_seconds"), 3 * 3600);
  EXPECT_EQ(object.at("tasks").at(0).at("last_error"), "shortname 'A' is taken by course 5");
  EXPECT_EQ(object.at("waits").at(0).at("for"), "category");
  EXPECT_EQ(object.at("skips").at(0).at("reason"), "opted_out");
  EXPECT_EQ(object.at("owed_write_backs"), 1);
  const auto& daemon = object.at("daemons").at(0);
  EXPECT_EQ(daemon.at("running"), true);
  EXPECT_EQ(daemon.at("moodle").at("ready"), true);
  EXPECT_EQ(daemon.at("last_minute").at("in_step"), 340);
  EXPECT_EQ(daemon.at("last_success_seconds"), 1);
}

TEST(Status, FitsOnALineForAFile) {
  StatusReport report = a_report();
  EXPECT_EQ(status_line(report),
            "daemons=1 changes=4 tasks=22 pending=12 running=0 waiting=7 parked=3 per_minute=340");
  report.pauses = {{"course", "", minutes(4)}};
  EXPECT_THAT(status_line(report), HasSubstr("paused=1"));
}

TEST(Status, HasColoursOnlyWhereTheyAreWanted) {
  EXPECT_THAT(text(a_report()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(text(a_report(), {.colours = true}), HasSubstr("\x1b[31m3 of course"));
}

}  // namespace
}  // namespace moodlesync::app
