// What an operator sees of running daemons, and pauses that all of them obey.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testsupport::ChildProcess;
using testsupport::DaemonRig;

class InsightTest : public testing::Test {
 protected:
  InsightTest() { rig_.install(); }
  json answer(std::vector<std::string> words) {
    words.emplace_back("--json");
    const auto finished = rig_.command(std::move(words));
    EXPECT_EQ(finished.code, 0) << finished.output;
    return json::parse(finished.output);
  }
  std::unique_ptr<ChildProcess> another() {
    return std::make_unique<ChildProcess>(
        ChildProcess::Command{MOODLESYNC_DAEMON,
                              {"run", "--config", rig_.config().string()},
                              rig_.log().string() + ".other"});
  }
  std::int64_t course(const std::string& title) {
    return rig_.drupal().create_node("course", title, {{"field_shortname", {title}}});
  }
  bool is_in_moodle(std::int64_t nid) {
    return rig_.moodle().state()->course_with_idnumber(std::to_string(nid)) != nullptr;
  }
  int running() {
    int count = 0;
    const json daemons = answer({"status"}).at("daemons");
    for (const json& daemon : daemons) {
      count += daemon.at("running").get<bool>() ? 1 : 0;
    }
    return count;
  }
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(InsightTest, APauseHoldsForEveryDaemonAndEveryRestartUntilItIsEnded) {
  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until([&] { return running() == 1; })) << rig_.log_text();
  const auto other = another();
  ASSERT_TRUE(DaemonRig::wait_until([&] { return running() == 2; }))
      << answer({"status"}) << rig_.log_text();
  EXPECT_EQ(answer({"pause", "course", "--reason", "upgrade"}).at("paused"), "course");
  const auto held = course("A-1");
  ASSERT_TRUE(DaemonRig::wait_until([&] { return answer({"status"}).at("tasks").size() == 1; }));
  const auto queued = rig_.drupal().sql().number(
      "SELECT count(*) FROM moodle_sync.task WHERE component = 'course' AND state = 'pending'");
  EXPECT_EQ(queued, 1) << "the queue fills";
  ASSERT_TRUE(
      DaemonRig::wait_until([&] { return rig_.log_text().find("MS-307") != std::string::npos; }));

  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  rig_.start();
  EXPECT_EQ(rig_.command({"once"}).code, 0) << "what is paused is not waited for";
  EXPECT_FALSE(is_in_moodle(held));
  EXPECT_EQ(answer({"status"}).at("paused").at(0).at("reason"), "upgrade");

  EXPECT_EQ(answer({"resume", "course"}).at("resumed"), 1);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return is_in_moodle(held); }));
  other->signal(SIGTERM);
  EXPECT_EQ(other->wait(seconds{30}), 0);
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

TEST_F(InsightTest, StatusKnowsWhatADaemonDoesAndThatItStopped) {
  rig_.start();
  ASSERT_TRUE(DaemonRig::wait_until([&] {
    const json daemons = answer({"status"}).at("daemons");
    return !daemons.empty() && daemons.at(0).at("moodle").at("ready").get<bool>();
  }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  const json daemon = answer({"status"}).at("daemons").at(0);
  EXPECT_EQ(daemon.at("running"), false);
  EXPECT_EQ(daemon.at("stopped_in_order"), true);
}

TEST_F(InsightTest, ExplainTellsWhatDrupalTheQueueAndMoodleKnowOfOneCourse) {
  const auto nid = course("A-1");
  ASSERT_EQ(rig_.command({"once"}).code, 0);
  const std::string entity = "node:" + std::to_string(nid);
  const json told = answer({"explain", entity});
  ASSERT_EQ(told.at("moodle_problem"), "") << told;
  json part;
  for (const json& one : told.at("parts")) {
    if (one.at("component") == "course") part = one;
  }
  ASSERT_TRUE(part.is_object()) << told;
  EXPECT_EQ(part.at("drupal").at("fields").at("title").at(0).at("text"), "A-1");
  EXPECT_EQ(part.at("link").at("sent").at("shortname"), "A-1");
  EXPECT_TRUE(part.at("task").is_null());
  ASSERT_EQ(part.at("moodle").size(), 2U) << "by id and by idnumber";
  for (const json& seen : part.at("moodle")) {
    ASSERT_EQ(seen.at("objects").size(), 1U) << seen;
    EXPECT_EQ(seen.at("objects").at(0).at("idnumber"), std::to_string(nid));
  }
  const auto words = rig_.command({"explain", entity});
  EXPECT_EQ(words.code, 0);
  EXPECT_NE(words.output.find("Nothing is owed."), std::string::npos) << words.output;
}

TEST_F(InsightTest, LogsOneJsonLineForEachOutcomeWithItsFields) {
  rig_.configure("  format: json\n");  // Goes on with the section `log`.
  const auto nid = course("A-1");
  const auto once = rig_.command({"once"});
  ASSERT_EQ(once.code, 0) << once.output;
  std::istringstream lines(once.output);
  json found;
  for (std::string line; std::getline(lines, line);) {
    const json object = json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    if (object.value("code", "") == "MS-310" && object.value("component", "") == "course")
      found = object;
  }
  ASSERT_TRUE(found.is_object()) << once.output;
  EXPECT_EQ(found.at("level"), "info");
  EXPECT_EQ(found.at("entity"), "node:" + std::to_string(nid));
  EXPECT_TRUE(found.at("moodle_id").is_number());
  EXPECT_EQ(found.at("attempt"), 1);
  EXPECT_TRUE(found.at("duration_ms").is_number());
}

}  // namespace
}  // namespace moodlesync
