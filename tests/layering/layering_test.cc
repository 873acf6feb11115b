// Reads the modules' USES and LINKS (written by CMake from the same line that feeds the linker) and
// every #include under src/ and include/, and fails on one that crosses a wall.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Module {
  std::set<std::string> uses;
  std::set<std::string> links;
};

/// Header prefix → the library in a LINKS line that allows it.
const std::map<std::string, std::string> kThirdParty = {
    {"curl/", "curl"},           {"libpq-fe.h", "libpq"},  {"libpq/", "libpq"},
    {"nlohmann/", "json"},       {"spdlog/", "spdlog"},    {"yaml-cpp/", "yaml"},
    {"CLI/", "cli11"},           {"httplib.h", "httplib"}, {"prometheus/", "prometheus"},
    {"systemd/", "systemd"},     {"gtest/", "tests only"}, {"gmock/", "tests only"},
    {"benchmark/", "tests only"}};

std::set<std::string> split(const std::string& text, char by) {
  std::set<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) {
    if (!part.empty()) parts.insert(part);
  }
  return parts;
}

std::map<std::string, Module> read_modules(std::istream& in) {
  std::map<std::string, Module> modules;
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find('|');
    const auto second = line.find('|', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    modules[line.substr(0, first)] = {split(line.substr(first + 1, second - first - 1), ';'),
                                      split(line.substr(second + 1), ';')};
  }
  return modules;
}

/// The module that owns `path` (relative to src/), by the longest matching folder.
std::string owner(const std::map<std::string, Module>& modules, const std::string& path) {
  std::string best;
  for (const auto& [name, module] : modules) {
    if (path.starts_with(name + "/") && name.size() > best.size()) best = name;
  }
  return best;
}

/// Why `included` must not stand in a file of `module`; nothing if it may.
std::optional<std::string> objection(const std::map<std::string, Module>& modules,
                                     const std::string& module, const std::string& included,
                                     bool quoted) {
  for (const auto& [prefix, library] : kThirdParty) {
    if (!included.starts_with(prefix)) continue;
    if (module == "include" && library == "json") return std::nullopt;
    if (module != "include" && modules.at(module).links.contains(library)) return std::nullopt;
    return "needs " + library + " in LINKS";
  }
  if (!quoted || included.starts_with("moodlesync/")) return std::nullopt;
  const std::string target = owner(modules, included);
  if (target.empty()) return "belongs to no module";
  if (module == "include") return "the public headers know no module";
  if (target == module || modules.at(module).uses.contains(target)) return std::nullopt;
  return target + " is not among its USES";
}

std::vector<std::string> violations(const std::map<std::string, Module>& modules,
                                    const fs::path& root, const std::string& only_module = {}) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cc" && extension != ".h") continue;
    const std::string path = fs::relative(entry.path(), root).generic_string();
    const std::string module = only_module.empty() ? owner(modules, path) : only_module;
    if (module.empty()) {
      found.push_back(path + " belongs to no module");
      continue;
    }
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, kInclude)) continue;
      if (const auto why = objection(modules, module, match[2], match[1] == "\"")) {
        found.push_back(path + " includes " + match[2].str() + ": " + *why);
      }
    }
  }
  return found;
}

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Layering : public testing::Test {
 protected:
  Layering() {
    std::ifstream in(MOODLESYNC_LAYERS);
    modules_ = read_modules(in);
  }
  std::map<std::string, Module> modules_;
};

TEST_F(Layering, EveryIncludeStaysWithinItsModulesUses) {
  ASSERT_TRUE(modules_.contains("base"));
  const auto found = violations(modules_, fs::path(MOODLESYNC_SOURCE_DIR) / "src");
  EXPECT_TRUE(found.empty()) << listed(found);
}

TEST_F(Layering, PublicHeadersKnowOnlyTheStandardLibraryAndJson) {
  const auto found = violations(modules_, fs::path(MOODLESYNC_SOURCE_DIR) / "include", "include");
  EXPECT_TRUE(found.empty()) << listed(found);
}

TEST_F(Layering, OnlyTheApplicationSeesAllRooms) {
  for (const auto& [name, module] : modules_) {
    if (name == "app") continue;
    for (const std::string& used : module.uses) {
      const bool registry = name == "components" && used.starts_with("components/");
      const bool backend = name.starts_with("drupal/") && used.starts_with("drupal/");
      EXPECT_TRUE(used == "base" || registry || backend) << name << " uses " << used;
    }
  }
}

TEST(LayeringRule, NamesAForeignInclude) {
  std::stringstream lines("base||\nengine|base|\nmoodle|base|curl\n");
  const auto modules = read_modules(lines);
  EXPECT_TRUE(objection(modules, "engine", "moodle/gateway.h", true).has_value());
  EXPECT_TRUE(objection(modules, "engine", "curl/curl.h", false).has_value());
  EXPECT_TRUE(objection(modules, "base", "engine/loop.h", true).has_value());
  EXPECT_FALSE(objection(modules, "engine", "base/text.h", true).has_value());
  EXPECT_FALSE(objection(modules, "moodle", "curl/curl.h", false).has_value());
  EXPECT_FALSE(objection(modules, "engine", "moodlesync/queue.h", true).has_value());
}

}  // namespace
