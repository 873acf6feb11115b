#include "moodlesync/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace moodlesync {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

SettingsNode value(std::string text, int line = 1, bool quoted = false) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kScalar;
  node.scalar = std::move(text);
  node.line = line;
  node.quoted = quoted;
  return node;
}

SettingsNode list(std::vector<SettingsNode> items, int line = 1) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kList;
  node.items = std::move(items);
  node.line = line;
  return node;
}

SettingsNode map(std::vector<SettingsEntry> entries, int line = 1) {
  SettingsNode node;
  node.kind = SettingsNode::Kind::kMap;
  node.entries = std::move(entries);
  node.line = line;
  return node;
}

class SectionTest : public testing::Test {
 protected:
  Section root(std::vector<SettingsEntry> entries) {
    tree_ = map(std::move(entries));
    return {&tree_, "x.yaml", "", &faults_};
  }
  /// "file:line: key: message" of the only fault.
  std::string fault() {
    EXPECT_THAT(faults_, SizeIs(1));
    return faults_.empty() ? ""
                           : to_string(faults_.front().origin) + ": " + faults_.front().message;
  }
  SettingsNode tree_;
  std::vector<SettingsFault> faults_;
};

TEST_F(SectionTest, GivesTheFallbackForAnAbsentKeyAndForAnEmptyOne) {
  Section section = root({{"empty", SettingsNode{}}});
  EXPECT_EQ(section.text("absent", "x"), "x");
  EXPECT_EQ(section.text("empty", "y"), "y");
  EXPECT_TRUE(section.flag("absent", true));
  EXPECT_EQ(section.number("absent", 7, 0, 9), 7);
  EXPECT_THAT(section.texts("empty"), IsEmpty());
  EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(SectionTest, ReadsFlagsInTheUsualSpellings) {
  Section section = root({{"a", value("Yes")}, {"b", value("off")}, {"c", value("true")}});
  EXPECT_TRUE(section.flag("a", false));
  EXPECT_FALSE(section.flag("b", true));
  EXPECT_TRUE(section.flag("c", false));
}

TEST_F(SectionTest, TakesAQuotedYesForTextAndNotForAFlag) {
  Section section = root({{"a", value("yes", 4, true)}});
  EXPECT_FALSE(section.flag("a", false));
  EXPECT_THAT(fault(), HasSubstr("x.yaml:4: a: must be true or false"));
}

TEST_F(SectionTest, ReportsANumberOutsideItsRange) {
  Section section = root({{"port", value("70000", 3)}});
  EXPECT_EQ(section.number("port", 5432, 1, 65535), 5432);
  EXPECT_EQ(fault(), "x.yaml:3: port: must be at least 1 and at most 65535, not 70000");
}

TEST_F(SectionTest, LeavesOutTheUpperLimitWhereThereIsNone) {
  Section section = root({{"limit", value("-1", 3)}});
  EXPECT_EQ(section.number("limit", 1, 0, std::numeric_limits<std::int64_t>::max()), 1);
  EXPECT_EQ(fault(), "x.yaml:3: limit: must be at least 0, not -1");
}

TEST_F(SectionTest, ReportsANumberThatIsNone) {
  Section section = root({{"port", value("5e3")}});
  EXPECT_EQ(section.number("port", 5432, 1, 65535), 5432);
  EXPECT_THAT(fault(), HasSubstr("must be a whole number"));
}

TEST_F(SectionTest, ReadsDurationsInEveryUnit) {
  Section section = root({{"a", value("500ms")},
                          {"b", value("30s")},
                          {"c", value("5m")},
                          {"d", value("2h")},
                          {"e", value("3")},
                          {"f", value("1d")}});
  EXPECT_EQ(section.duration("a", {}), milliseconds(500));
  EXPECT_EQ(section.duration("b", {}), seconds(30));
  EXPECT_EQ(section.duration("c", {}), minutes(5));
  EXPECT_EQ(section.duration("d", {}), hours(2));
  EXPECT_EQ(section.duration("e", {}), seconds(3));
  EXPECT_EQ(section.duration("f", {}), hours(24));
}

TEST_F(SectionTest, ReportsADurationWithAnUnknownUnitOrTooLargeToCount) {
  Section section =
      root({{"a", value("5 weeks")}, {"b", value("-5s")}, {"c", value("9223372036854775807h")}});
  EXPECT_EQ(section.duration("a", seconds(1)), seconds(1));
  EXPECT_EQ(section.duration("b", seconds(1)), seconds(1));
  EXPECT_EQ(section.duration("c", seconds(1)), seconds(1));
  EXPECT_THAT(faults_, SizeIs(3));
}

TEST_F(SectionTest, ListsTheChoicesWhenAValueIsNoneOfThem) {
  Section section = root({{"delete", value("destroy", 9)}});
  EXPECT_EQ(section.choice("delete", "nothing", {"nothing", "hide"}), "nothing");
  EXPECT_EQ(fault(), "x.yaml:9: delete: must be one of nothing, hide, not 'destroy'");
}

TEST_F(SectionTest, ReportsAMappingWhereATextIsWanted) {
  Section section = root({{"url", map({}, 6)}});
  EXPECT_EQ(section.text("url", "x"), "x");
  EXPECT_EQ(fault(), "x.yaml:6: url: must be a text, not a mapping");
}

TEST_F(SectionTest, ReportsASingleValueWhereAListIsWanted) {
  Section section = root({{"roles", value("5", 2)}});
  EXPECT_THAT(section.texts("roles"), IsEmpty());
  EXPECT_EQ(fault(), "x.yaml:2: roles: must be a list such as [a, b], not a single value");
}

TEST_F(SectionTest, NamesTheItemOfAListThatIsWrong) {
  Section section = root({{"roles", list({value("a", 2), list({}, 3)})}});
  EXPECT_THAT(section.texts("roles"), ElementsAre("a"));
  EXPECT_EQ(fault(), "x.yaml:3: roles[1]: must be a text, not a list");
}

TEST_F(SectionTest, ReadsAMappingInFileOrderAndReportsEntriesWithoutValue) {
  Section section = root({{"fields", map({{"z", value("1")}, {"a", SettingsNode{}}}, 2)}});
  EXPECT_THAT(section.mapping("fields"), ElementsAre(Pair("z", "1")));
  EXPECT_THAT(fault(), HasSubstr("fields.a: must be a single value, not nothing"));
}

TEST_F(SectionTest, NamesNestedPlacesByTheirWholePath) {
  Section section = root({{"course", map({{"sources", list({map({{"x", value("?", 7)}}, 7)})}})}});
  Section course = section.section("course");
  std::vector<Section> sources = course.sections("sources");
  ASSERT_THAT(sources, SizeIs(1));
  sources.front().fault("x", "is odd");
  EXPECT_EQ(fault(), "x.yaml:7: course.sources[0].x: is odd");
}

TEST_F(SectionTest, GivesAnEmptySectionWhenThereIsNone) {
  Section section = root({});
  Section nested = section.section("moodle");
  EXPECT_EQ(nested.text("url", "none"), "none");
  nested.finish();
  EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(SectionTest, ReportsAnUnknownKeyWithTheNearestKnownOne) {
  Section section = root({{"concurency", value("4", 12)}});
  EXPECT_EQ(section.number("concurrency", 4, 1, 9), 4);
  section.finish();
  EXPECT_EQ(fault(), "x.yaml:12: concurency: is not a known key; did you mean 'concurrency'?");
}

TEST_F(SectionTest, ReportsAnUnknownKeyThatResemblesNothing) {
  Section section = root({{"zzz", value("4", 12)}});
  EXPECT_EQ(section.text("connection"), "");
  section.finish();
  EXPECT_EQ(fault(), "x.yaml:12: zzz: is not a known key");
}

TEST_F(SectionTest, PointsAtAnEntryOfAMapping) {
  Section section = root({{"fields", map({{"fullname", value("title", 31)}}, 30)}});
  EXPECT_EQ(to_string(section.origin("fields", "fullname")), "x.yaml:31: fields.fullname");
  EXPECT_EQ(to_string(section.origin("fields")), "x.yaml:30: fields");
  EXPECT_EQ(to_string(section.origin("absent")), "x.yaml:1: absent");
}

TEST_F(SectionTest, SaysWhetherAKeyIsThereEvenWhenItIsEmpty) {
  Section section = root({{"category", SettingsNode{}}});
  EXPECT_TRUE(section.has("category"));
  EXPECT_FALSE(section.has("course"));
}

}  // namespace
}  // namespace moodlesync
