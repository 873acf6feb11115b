// The manuals know every command and option that can be typed, and the pages are good roff.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include "app/command_line.h"
#include "app/settings.h"
#include "components/registry.h"

namespace moodlesync::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kRoot{MOODLESYNC_SOURCE_DIR};
const fs::path kMade{MOODLESYNC_BINARY_DIR};

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A page as a person reads it, one blank between words.
std::string rendered(const fs::path& page) {
  const std::string command =
      "groff -man -Tutf8 -ww -P-c -rLL=1000n -rHY=0 " + page.string() + " 2>&1 | tr -s ' \\n' '  '";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string text;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) text += part.data();
  // Bold and underlined characters are overstruck.
  for (auto at = text.find('\b'); at != std::string::npos; at = text.find('\b')) {
    text.erase(at - 1, 2);
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

void expect_all_commands(const std::string& page) {
  for (const CommandShape& shape : command_shapes()) {
    if (!shape.commands.empty()) continue;
    EXPECT_THAT(page, HasSubstr(joined(shape.words)));
    for (const CommandShape::Option& option : shape.options) {
      if (option.name == "--help" || option.is_word) continue;
      EXPECT_THAT(page, HasSubstr(option.name)) << joined(shape.words);
    }
  }
}

TEST(Manuals, KnowEveryCommandAndOption) {
  expect_all_commands(rendered(kRoot / "man" / "moodle-syncd.8"));
  expect_all_commands(contents(kRoot / "docs" / "operator.md"));
}

TEST(Manuals, KnowEveryKeyOfTheConfiguration) {
  const std::string page = rendered(kMade / "man" / "moodle-syncd.yaml.5");
  const std::vector<ComponentKind> kinds = all_components();
  for (const SettingsQuestion& question : explore_settings(kinds).questions) {
    const std::string& key = question.origin.key;
    const std::regex word("\\b" + key.substr(key.rfind('.') + 1) + "\\b");
    EXPECT_TRUE(std::regex_search(page, word)) << key;
  }
}

TEST(Manuals, ShowOnlyCommandsThatCanBeTyped) {
  std::istringstream page(contents(kRoot / "docs" / "commands.md"));
  const Environment none = [](const std::string& /*name*/) { return std::nullopt; };
  int shown = 0;
  for (std::string line; std::getline(page, line);) {
    constexpr std::string_view kPrompt = "$ moodle-syncd ";
    if (!line.starts_with(kPrompt)) continue;
    std::vector<std::string> words;
    std::istringstream in(line.substr(2));
    for (std::string word; in >> std::quoted(word, '\'');) words.push_back(word);
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    const auto parsed =
        parse_command_line(static_cast<int>(arguments.size()), arguments.data(), none);
    // The page shows one word that is mistyped, and what is said about it.
    ++shown;
    if (line == "$ moodle-syncd staus") continue;
    EXPECT_TRUE(parsed.invocation.has_value()) << line;
  }
  EXPECT_GT(shown, 10);
}

TEST(Manuals, RenderWithoutAWarning) {
  for (const fs::path& page :
       {kRoot / "man" / "moodle-syncd.8", kMade / "man" / "moodle-syncd.yaml.5"}) {
    EXPECT_THAT(rendered(page), testing::Not(HasSubstr("warning:"))) << page;
    EXPECT_THAT(rendered(page), HasSubstr("SEE ALSO")) << page;
  }
}

}  // namespace
}  // namespace moodlesync::app
