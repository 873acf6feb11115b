// Every message code that the daemon can log is explained in docs/operator.md, and nothing is
// explained there that it cannot log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void collect_codes(const std::string& text, std::set<std::string>& codes) {
  static const std::regex kCode("MS-[0-9]{3}");
  for (auto it = std::sregex_iterator(text.begin(), text.end(), kCode);
       it != std::sregex_iterator(); ++it) {
    codes.insert(it->str());
  }
}

std::set<std::string> codes_in_sources() {
  std::set<std::string> codes;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(MOODLESYNC_SOURCE_DIR) / "src")) {
    if (entry.path().extension() == ".cc") collect_codes(contents(entry.path()), codes);
  }
  return codes;
}

TEST(MessageCodes, AreTheSameInTheSourcesAndInTheOperatorsManual) {
  std::set<std::string> explained;
  collect_codes(contents(fs::path(MOODLESYNC_SOURCE_DIR) / "docs" / "operator.md"), explained);
  EXPECT_FALSE(explained.empty());
  EXPECT_THAT(codes_in_sources(), testing::ContainerEq(explained));
}

}  // namespace
