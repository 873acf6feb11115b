#include "app/yaml_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class YamlSettings : public testing::Test {
 protected:
  std::optional<SettingsNode> parse(std::string_view text) {
    faults_.clear();
    return parse_yaml(text, "x.yaml", faults_);
  }
  /// The only fault of a text that must be refused.
  std::string refusal(std::string_view text) {
    EXPECT_FALSE(parse(text).has_value());
    EXPECT_THAT(faults_, SizeIs(1));
    return faults_.empty() ? ""
                           : to_string(faults_.front().origin) + ": " + faults_.front().message;
  }
  std::vector<SettingsFault> faults_;
};

TEST_F(YamlSettings, GivesEveryEntryTheLineOfItsKey) {
  const auto root = parse("a: 1\nb:\n  c: x\n  d:\n    - y\n    - z\n");
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->entries[1].value.line, 2);
  const SettingsNode& b = root->entries[1].value;
  EXPECT_EQ(b.entries[0].value.line, 3);
  EXPECT_EQ(b.entries[1].value.line, 4);
  EXPECT_EQ(b.entries[1].value.items[1].line, 6);
}

TEST_F(YamlSettings, TellsQuotedTextFromPlain) {
  const auto root = parse("a: yes\nb: \"yes\"\nc: 'yes'\nd: |\n  yes\n");
  ASSERT_TRUE(root.has_value());
  EXPECT_FALSE(root->entries[0].value.quoted);
  EXPECT_TRUE(root->entries[1].value.quoted);
  EXPECT_TRUE(root->entries[2].value.quoted);
  EXPECT_TRUE(root->entries[3].value.quoted);
}

TEST_F(YamlSettings, ReadsMissingValuesAsNothing) {
  const auto root = parse("a:\nb: ~\nc: null\n");
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->entries[0].value.kind, SettingsNode::Kind::kNull);
  EXPECT_EQ(root->entries[1].value.kind, SettingsNode::Kind::kNull);
  EXPECT_EQ(root->entries[2].value.kind, SettingsNode::Kind::kNull);
}

TEST_F(YamlSettings, ReportsADuplicateKeyWithBothLines) {
  EXPECT_EQ(refusal("moodle:\n  url: a\n  token_file: t\n  url: b\n"),
            "x.yaml:4: moodle.url: stands here twice; the first time in line 2");
}

TEST_F(YamlSettings, ReportsEveryDuplicateKey) {
  EXPECT_FALSE(parse("a: 1\na: 2\nb: 1\nb: 2\n").has_value());
  EXPECT_THAT(faults_, SizeIs(2));
}

TEST_F(YamlSettings, ReportsBrokenYamlWithItsLine) {
  EXPECT_THAT(refusal("a: 1\nb: [1, 2\nc: 3\n"), HasSubstr("is not YAML"));
  EXPECT_GT(faults_.front().origin.line, 1);
}

TEST_F(YamlSettings, RefusesAnchorsAndAliasesThatCouldGrowWithoutEnd) {
  EXPECT_THAT(refusal("a: &x [1, 1]\nb: [*x, *x]\n"), HasSubstr("anchors (&name)"));
  EXPECT_THAT(refusal("a: &x 1\n"), HasSubstr("x.yaml:1: a: anchors"));
}

TEST_F(YamlSettings, RefusesDeepNesting) {
  const std::string text = "a: " + std::string(40, '[') + std::string(40, ']') + "\n";
  EXPECT_THAT(refusal(text), HasSubstr("more than 32 levels"));
}

TEST_F(YamlSettings, RefusesBracketsThatNeverClose) {
  EXPECT_FALSE(parse("a: " + std::string(100'000, '[')).has_value());
  EXPECT_FALSE(parse("a: " + std::string(100'000, '{')).has_value());
  EXPECT_FALSE(parse(std::string(10'000, '-') + " " + std::string(10'000, '?')).has_value());
}

TEST_F(YamlSettings, RefusesMoreValuesThanAConfigurationCanHave) {
  std::string text = "a: [";
  for (int i = 0; i < 60'000; ++i) text += "1,";
  EXPECT_THAT(refusal(text + "1]\n"), HasSubstr("more than 50000 values"));
}

TEST_F(YamlSettings, RefusesASecondDocument) {
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("more than one YAML document"));
}

TEST_F(YamlSettings, RefusesTagsOfOnesOwn) {
  EXPECT_THAT(refusal("a: !secret x\n"), HasSubstr("tags such as"));
  EXPECT_THAT(refusal("a: !thing {b: c}\n"), HasSubstr("tags such as"));
}

TEST_F(YamlSettings, RefusesControlCharacters) {
  EXPECT_THAT(refusal("a: \"x\\0y\"\n"), HasSubstr("control character"));
}

TEST_F(YamlSettings, RefusesAKeyThatIsAList) {
  EXPECT_THAT(refusal("? [a, b]\n: c\n"), HasSubstr("a key must be a single value"));
}

TEST_F(YamlSettings, RefusesAnEmptyFileAndOneThatIsNoMapping) {
  EXPECT_EQ(refusal(""), "x.yaml: is empty");
  EXPECT_EQ(refusal("# only a comment\n"), "x.yaml: is empty");
  EXPECT_THAT(refusal("- a\n- b\n"), HasSubstr("must be a mapping"));
}

}  // namespace
}  // namespace moodlesync::app
