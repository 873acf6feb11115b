#include "ops/log_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/log_fields.h"

namespace moodlesync::ops {
namespace {

// 2026-03-01T10:15:00.007Z
constexpr std::chrono::system_clock::time_point kWhen{std::chrono::milliseconds(1772360100007)};

LogLine line(LogLevel level, std::string_view text) { return {kWhen, level, text}; }

TEST(LogLine, ForPeopleHasTimeLevelAndText) {
  EXPECT_EQ(render(line(LogLevel::kWarning, "MS-301 slow ms=5"), LogFormat::kHuman, false),
            "2026-03-01T10:15:00.007Z warning MS-301 slow ms=5\n");
}

TEST(LogLine, ForJournaldCarriesThePriorityAndNoTime) {
  EXPECT_EQ(render(line(LogLevel::kError, "a"), LogFormat::kJournal, false), "<3>a\n");
  EXPECT_EQ(render(line(LogLevel::kWarning, "a"), LogFormat::kJournal, false), "<4>a\n");
  EXPECT_EQ(render(line(LogLevel::kInfo, "a"), LogFormat::kJournal, false), "<6>a\n");
  EXPECT_EQ(render(line(LogLevel::kDebug, "a"), LogFormat::kJournal, false), "<7>a\n");
}

TEST(LogLine, AsJsonSeparatesTheCodeFromTheMessage) {
  const auto object = nlohmann::json::parse(
      render(line(LogLevel::kError, "MS-301 it is \"broken\""), LogFormat::kJson, false));
  EXPECT_EQ(object.at("ts"), "2026-03-01T10:15:00.007Z");
  EXPECT_EQ(object.at("level"), "error");
  EXPECT_EQ(object.at("code"), "MS-301");
  EXPECT_EQ(object.at("message"), "it is \"broken\"");
}

TEST(LogLine, ShowsFieldsToPeopleAsNamesAndValues) {
  const std::string text =
      "MS-310 done" +
      base::LogFields().text("entity", "node:12").number("ms", 5).text("why", "it \"is\"\n").str();
  EXPECT_EQ(render(line(LogLevel::kInfo, text), LogFormat::kJournal, false),
            "<6>MS-310 done: entity=node:12 ms=5 why=\"it \\\"is\\\"\\n\"\n");
}

TEST(LogLine, AsJsonHasAMemberForEachField) {
  const std::string text =
      "MS-310 done" + base::LogFields().text("entity", "node:12").number("moodle_id", 57).str();
  const auto object =
      nlohmann::json::parse(render(line(LogLevel::kInfo, text), LogFormat::kJson, false));
  EXPECT_EQ(object.at("code"), "MS-310");
  EXPECT_EQ(object.at("message"), "done");
  EXPECT_EQ(object.at("entity"), "node:12");
  EXPECT_EQ(object.at("moodle_id"), 57);
}

TEST(LogLine, AsJsonSurvivesBytesThatAreNoUtf8) {
  const auto object =
      nlohmann::json::parse(render(line(LogLevel::kInfo, "x\xff"), LogFormat::kJson, false));
  EXPECT_EQ(object.at("message"), "x\xef\xbf\xbd");
  EXPECT_FALSE(object.contains("code"));
}

TEST(LogLine, StaysOneLineWhateverTheTextHolds) {
  EXPECT_EQ(
      render(line(LogLevel::kInfo, "a\nb\tc\x1b[31md\x7f \xc3\xbc"), LogFormat::kJournal, false),
      "<6>a\\nb\\tc\\x1b[31md\\x7f \xc3\xbc\n");
}

TEST(LogLine, ColoursOnlyTheLevelOfWarningsAndErrors) {
  EXPECT_EQ(render(line(LogLevel::kError, "x"), LogFormat::kHuman, true),
            "2026-03-01T10:15:00.007Z \x1b[31merror\x1b[0m x\n");
  EXPECT_EQ(render(line(LogLevel::kInfo, "x"), LogFormat::kHuman, true),
            "2026-03-01T10:15:00.007Z info x\n");
}

}  // namespace
}  // namespace moodlesync::ops
