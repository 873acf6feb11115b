#include "app/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class CompletionTest : public CommandsTest {
 protected:
  /// What bash offers behind these words, in one line.
  std::string offers(const std::string& words) {
    std::ostringstream script;
    print_bash_completion(command_shapes(), {"course", "users"}, script);
    const auto file = folder_.write("completion.bash", script.str() + "COMP_WORDS=(" + words +
                                                           ")\n"
                                                           "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                                                           "_moodle_syncd\n"
                                                           "echo \"${COMPREPLY[*]}\"\n");
    const std::string command = "bash " + file.string() + " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
    std::string text;
    std::array<char, 512> part{};
    while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) text += part.data();
    return text;
  }
};

TEST_F(CompletionTest, OffersCommandsThatBeginLikeTheWord) {
  EXPECT_EQ(offers("moodle-syncd sta"), "status\n");
  EXPECT_EQ(offers("moodle-syncd brake a"), "allow\n");
}

TEST_F(CompletionTest, OffersTheOptionsOfTheCommandAndWhatGoesEverywhere) {
  EXPECT_THAT(offers("moodle-syncd parked drop --"), HasSubstr("--yes"));
  EXPECT_THAT(offers("moodle-syncd parked drop --"), HasSubstr("--config"));
  EXPECT_EQ(offers("moodle-syncd --config /x.yaml status --wa"), "--watch\n");
}

TEST_F(CompletionTest, OffersComponentsWhereOneIsWanted) {
  EXPECT_EQ(offers("moodle-syncd pause co"), "course\n");
  EXPECT_EQ(offers("moodle-syncd parked list --component u"), "users\n");
}

TEST_F(CompletionTest, OffersLevelsAndShells) {
  EXPECT_EQ(offers("moodle-syncd --log-level wa"), "warning\n");
  EXPECT_EQ(offers("moodle-syncd completion b"), "bash\n");
}

}  // namespace
}  // namespace moodlesync::app
