// config/moodle-syncd.yaml is the reference of all keys: it must load, every key that it shows must
// exist, and every key that exists must stand in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "app/config_commands.h"
#include "app/settings.h"
#include "app/yaml_settings.h"
#include "components/registry.h"

namespace moodlesync::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kRoot{MOODLESYNC_SOURCE_DIR};

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The token comes from the environment.
LoadedSettings load(std::string text) {
  static const std::regex kTokenFile("token_file: \\S+");
  text = std::regex_replace(text, kTokenFile, "token: $${TOKEN}");
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "TOKEN" ? std::optional<std::string>("0123456789abcdef") : std::nullopt;
  };
  const std::vector<ComponentKind> kinds = all_components();
  return read_settings(text, "moodle-syncd.yaml", kinds, environment);
}

/// The faults of a configuration, a line each.
std::string faults_of(std::string text) {
  const LoadedSettings loaded = load(std::move(text));
  std::string faults;
  for (const SettingsFault& fault : loaded.report.faults) {
    faults += to_string(fault.origin) + ": " + fault.message + "\n";
  }
  return faults;
}

/// The file with the commented line `index` brought into force, or "" if it holds no key.
std::string with_uncommented(std::vector<std::string> lines, std::size_t index) {
  static const std::regex kKey("^( *)# ([a-z_]+: .+)$");
  std::smatch match;
  if (!std::regex_match(lines[index], match, kKey)) return {};
  lines[index] = match[1].str() + match[2].str();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(ConfigFile, LoadsAsItIsOnceTheTokenIsThere) {
  EXPECT_EQ(faults_of(contents(kRoot / "config" / "moodle-syncd.yaml")), "");
}

TEST(ConfigFile, ShowsOnlyKeysThatExist) {
  const auto lines = lines_of(contents(kRoot / "config" / "moodle-syncd.yaml"));
  int shown = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string text = with_uncommented(lines, i);
    if (text.empty()) continue;
    ++shown;
    EXPECT_THAT(faults_of(text), testing::Not(HasSubstr("is not a known key"))) << lines[i];
    EXPECT_THAT(faults_of(text), testing::Not(HasSubstr("is not YAML"))) << lines[i];
  }
  EXPECT_GT(shown, 30);
}

/// The file with the commented component blocks in force: their lines start with `  # `, and a line
/// `  #       # key: value` inside shows a default, which counts too.
std::string with_all_components(const std::vector<std::string>& lines) {
  static const std::regex kBlock("^  # [a-z]+:$");
  static const std::regex kShown("^( *)# ([a-z_]+: .+)$");
  std::string text;
  bool inside = false;
  for (std::string line : lines) {
    inside = line.starts_with("  #") && (inside || std::regex_match(line, kBlock));
    if (inside) line.erase(2, 2);
    std::smatch shown;
    if (inside && std::regex_match(line, shown, kShown)) line = shown[1].str() + shown[2].str();
    text += line + "\n";
  }
  return text;
}

TEST(ConfigFile, LoadsWithEveryComponentSwitchedOn) {
  EXPECT_EQ(
      faults_of(with_all_components(lines_of(contents(kRoot / "config" / "moodle-syncd.yaml")))),
      "");
}

TEST(MoodleSetup, NamesEveryFunctionAndCapabilityThatAComponentNeeds) {
  static const std::regex kDeletion("delete: nothing");
  const std::string everything = std::regex_replace(
      with_all_components(lines_of(contents(kRoot / "config" / "moodle-syncd.yaml"))), kDeletion,
      "delete: delete");
  const LoadedSettings loaded = load(everything);
  ASSERT_TRUE(loaded.settings.has_value()) << faults_of(everything);
  const std::string manual = contents(kRoot / "docs" / "moodle-setup.md");
  ASSERT_EQ(loaded.settings->components.size(), 5U);
  for (const auto& component : loaded.settings->components) {
    std::vector<std::string_view> names = component->functions();
    for (const std::string_view name : component->optional_functions()) names.push_back(name);
    for (const std::string_view name : component->capabilities()) names.push_back(name);
    for (const RightProbe& probe : component->right_probes()) {
      EXPECT_THAT(component->capabilities(), testing::Contains(probe.capability));
    }
    for (const std::string_view name : names)
      EXPECT_THAT(manual, HasSubstr("`" + std::string(name) + "`")) << component->name();
  }
}

TEST(ConfigFile, ShowsEveryKeyThatExists) {
  const std::string shown = contents(kRoot / "config" / "moodle-syncd.yaml");
  const std::vector<ComponentKind> kinds = all_components();
  int keys = 0;
  for (const SettingsQuestion& question : explore_settings(kinds).questions) {
    ++keys;
    const std::string& key = question.origin.key;
    // With its value, or in the list of Moodle's fields.
    const std::regex word("\\b" + key.substr(key.rfind('.') + 1) + "\\b");
    EXPECT_TRUE(std::regex_search(shown, word)) << key;
  }
  EXPECT_GT(keys, 100);
}

/// The keys of `node` that `schema` does not know.
void collect_unknown(const SettingsNode& node, const nlohmann::ordered_json& schema,
                     const std::string& path, std::vector<std::string>& unknown) {
  for (const SettingsNode& item : node.items) {
    if (schema.contains("items")) collect_unknown(item, schema.at("items"), path + "[]", unknown);
  }
  for (const SettingsEntry& entry : node.entries) {
    const bool closed = schema.value("additionalProperties", nlohmann::ordered_json()) == false;
    const bool known = schema.contains("properties") && schema.at("properties").contains(entry.key);
    if (known) {
      collect_unknown(entry.value, schema.at("properties").at(entry.key), path + "." + entry.key,
                      unknown);
    } else if (closed) {
      unknown.push_back(path + "." + entry.key);
    }
  }
}

TEST(ConfigSchema, KnowsEveryKeyOfTheFileAndWouldNoticeAnother) {
  const std::vector<ComponentKind> kinds = all_components();
  const auto schema = settings_schema(explore_settings(kinds));
  int parsed = 0;
  const auto unknown_in = [&schema, &parsed](const std::string& text) {
    std::vector<SettingsFault> faults;
    const auto root = parse_yaml(text, "moodle-syncd.yaml", faults);
    std::vector<std::string> unknown;
    if (root) collect_unknown(*root, schema, "", unknown);
    parsed += root ? 1 : 0;
    return unknown;
  };
  const auto lines = lines_of(contents(kRoot / "config" / "moodle-syncd.yaml"));
  EXPECT_THAT(unknown_in(with_all_components(lines)), IsEmpty());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string text = with_uncommented(lines, i);
    if (text.empty()) continue;
    EXPECT_THAT(unknown_in(text), IsEmpty()) << lines[i];
  }
  EXPECT_THAT(unknown_in("engine: {leese: 45s}\nlogg: {}\n"),
              testing::ElementsAre(".engine.leese", ".logg"));
  EXPECT_GT(parsed, 30);
}

}  // namespace
}  // namespace moodlesync::app
