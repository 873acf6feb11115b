// The alert rules, the runbook and the dashboard speak of the same things. What only Prometheus's
// own tools can tell is in `./dev verify prometheus`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "ops/metrics.h"

namespace {

namespace fs = std::filesystem;
using testing::Contains;

const fs::path kDocs = fs::path(MOODLESYNC_SOURCE_DIR) / "docs";

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::set<std::string> found(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> all;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), expression);
       it != std::sregex_iterator(); ++it) {
    all.insert((*it)[1].str());
  }
  return all;
}

/// Every metric of a daemon of which each thing has happened once.
std::set<std::string> metric_names() {
  using namespace moodlesync;
  ops::Metrics metrics("1");
  const TaskKey key{"course", "main", {"node", 1}};
  metrics.ended({key, Outcome{Synced{}}, Settlement{}});
  metrics.called({"core_user_create_users", 1});
  ops::Vitals vitals;
  vitals.components = {"course"};
  vitals.last_success["course"] = {};
  ops::QueueReading queue;
  queue.is_taken = true;
  return found(metrics.text(vitals, queue, 0), "# TYPE moodle_syncd_([a-z_]+) ");
}

/// Those that a text asks for; of a histogram its own name.
std::set<std::string> metrics_in(const std::string& text) {
  std::set<std::string> names;
  for (const std::string& name : found(text, "\\bmoodle_syncd_([a-z_]+)")) {
    static const std::regex kSuffix("(_bucket|_sum|_count)$");
    names.insert(std::regex_replace(name, kSuffix, ""));
  }
  return names;
}

TEST(Alerts, HaveARunbookSectionEach) {
  const auto alerts =
      found(contents(kDocs / "alerts" / "moodle-syncd.rules.yaml"), "alert: ([A-Za-z]+)");
  EXPECT_FALSE(alerts.empty());
  EXPECT_EQ(found(contents(kDocs / "operator.md"), "### (MoodleSyncd[A-Za-z]+)"), alerts);
}

TEST(Alerts, AskForMetricsThatExistAndAreTested) {
  const std::string rules = contents(kDocs / "alerts" / "moodle-syncd.rules.yaml");
  const std::string tests = contents(kDocs / "alerts" / "moodle-syncd.test.yaml");
  const auto there = metric_names();
  for (const std::string& name : metrics_in(rules)) EXPECT_THAT(there, Contains(name));
  for (const std::string& alert : found(rules, "alert: ([A-Za-z]+)")) {
    EXPECT_NE(tests.find("\"" + alert + "\""), std::string::npos) << alert;
  }
}

TEST(Dashboard, IsJsonAndAsksForMetricsThatExist) {
  const std::string text = contents(kDocs / "grafana" / "moodle-syncd.json");
  const auto dashboard = nlohmann::json::parse(text, nullptr, false);
  ASSERT_TRUE(dashboard.is_object());
  EXPECT_GT(dashboard["panels"].size(), 10U);
  const auto there = metric_names();
  const auto asked = metrics_in(text);
  EXPECT_GT(asked.size(), 10U);
  for (const std::string& name : asked) EXPECT_THAT(there, Contains(name));
}

TEST(Metrics, AreAllExplainedInTheOperatorsManual) {
  const std::string manual = contents(kDocs / "operator.md");
  for (const std::string& name : metric_names()) {
    const std::regex mention("`" + name + "(\\{[a-z,]+\\})?`");
    EXPECT_TRUE(std::regex_search(manual, mention)) << name;
  }
}

}  // namespace
