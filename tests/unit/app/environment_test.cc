#include "app/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace moodlesync::app {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class EnvironmentTest : public testing::Test {
 protected:
  SettingsNode expand(std::string text) {
    SettingsNode value;
    value.kind = SettingsNode::Kind::kScalar;
    value.scalar = std::move(text);
    value.line = 7;
    SettingsNode root;
    root.kind = SettingsNode::Kind::kMap;
    root.entries.push_back({"key", std::move(value)});
    const std::map<std::string, std::string> variables{
        {"HOST", "db1"}, {"EMPTY", ""}, {"ODD", "a: [b"}};
    const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    substitute_environment(root, "x.yaml", environment, faults_);
    return root.entries.front().value;
  }
  std::string fault() {
    EXPECT_THAT(faults_, SizeIs(1));
    return faults_.empty() ? ""
                           : to_string(faults_.front().origin) + ": " + faults_.front().message;
  }
  std::vector<SettingsFault> faults_;
};

TEST_F(EnvironmentTest, PutsInTheVariablesValue) {
  EXPECT_EQ(expand("x-${HOST}.example:${HOST}").scalar, "x-db1.example:db1");
  EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(EnvironmentTest, TakesTheDefaultWhenTheVariableIsUnsetOrEmpty) {
  EXPECT_EQ(expand("${NONE:-fallback}").scalar, "fallback");
  EXPECT_EQ(expand("${EMPTY:-fallback}").scalar, "fallback");
  EXPECT_EQ(expand("${NONE:-}").scalar, "");
  EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(EnvironmentTest, ReportsAnUnsetVariableWithoutDefault) {
  static_cast<void>(expand("${NONE}"));
  EXPECT_EQ(fault(), "x.yaml:7: key: the environment variable NONE is not set");
}

TEST_F(EnvironmentTest, KeepsADollarWithBracketsWhenItIsDoubled) {
  EXPECT_EQ(expand("a$${HOST}b$c").scalar, "a${HOST}b$c");
}

TEST_F(EnvironmentTest, NeverReadsAVariableAsYaml) {
  const SettingsNode node = expand("${ODD}");
  EXPECT_EQ(node.kind, SettingsNode::Kind::kScalar);
  EXPECT_EQ(node.scalar, "a: [b");
}

TEST_F(EnvironmentTest, NotesOnlyAWholeValueAsComingFromTheEnvironment) {
  EXPECT_TRUE(expand("${HOST}").from_environment);
  EXPECT_FALSE(expand("${HOST}x").from_environment);
  EXPECT_FALSE(expand("${NONE:-typed-here}").from_environment);
}

TEST_F(EnvironmentTest, ReportsAMissingBracket) {
  static_cast<void>(expand("${HOST"));
  EXPECT_EQ(fault(),
            "x.yaml:7: key: has a '${' without '}'; write '$${' for the characters themselves");
}

TEST_F(EnvironmentTest, ReportsWhatIsNoNameOfAVariable) {
  static_cast<void>(expand("${not a name}"));
  EXPECT_EQ(fault(), "x.yaml:7: key: '${not a name}' does not name an environment variable");
}

}  // namespace
}  // namespace moodlesync::app
