#include "app/import_command.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "commands_fixture.h"
#include "components/registry.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kToken = "feedfacefeedfacefeedfacefeedface";

class ImportCommandTest : public CommandsTest {
 protected:
  ImportCommandTest() {
    rooms_.components = all_components();
    DrupalConfig::Objects objects;
    objects.by_name["moodle_sync.settings"] = {{"drupalpath", "https://www.uni.example"},
                                               {"moodlepath", "https://moodle.uni.example"},
                                               {"token", kToken}};
    objects.by_name["moodle_sync_category.settings"] = {{"selected_taxonomy_term", "sections"}};
    state_.config.answer(std::move(objects));
    wish_.dbname = "drupal";
    wish_.output = folder_.path() / "new.yaml";
    wish_.token_file = folder_.path() / "moodle-token";
  }
  ExitCode import() { return run(&import_config, {.import = wish_}); }
  static std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  ImportWish wish_;
};

TEST_F(ImportCommandTest, WritesAConfigurationThatTheReaderTakes) {
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  const LoadedSettings loaded = load_settings(wish_.output, rooms_.components, rooms_.environment);
  EXPECT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(out(), "");
}

TEST_F(ImportCommandTest, KeepsTheTokenInAFileOfItsOwnAndNowhereElse) {
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  EXPECT_EQ(text_of(wish_.token_file), std::string(kToken) + "\n");
  struct stat status {};
  ASSERT_EQ(::stat(wish_.token_file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(text_of(wish_.output), Not(HasSubstr(kToken)));
  EXPECT_THAT(err(), Not(HasSubstr(kToken)));
}

TEST_F(ImportCommandTest, PrintsTheConfigurationWhenNoFileIsNamed) {
  wish_.output.clear();
  wish_.token_file.clear();
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("- vocabulary: sections"));
  EXPECT_THAT(out(), Not(HasSubstr(kToken)));
  EXPECT_THAT(err(), HasSubstr("still to do"));
}

TEST_F(ImportCommandTest, OverwritesNoFile) {
  folder_.write("new.yaml", "mine");
  EXPECT_EQ(import(), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("is not overwritten"));
  EXPECT_EQ(text_of(wish_.output), "mine");
  EXPECT_FALSE(std::filesystem::exists(wish_.token_file)) << "nothing is left half done";
}

TEST_F(ImportCommandTest, NeedsADatabaseAndNoConfiguration) {
  config_ = "/nowhere.yaml";
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  wish_.dbname.clear();
  EXPECT_EQ(import(), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--dbname"));
}

TEST_F(ImportCommandTest, TakesWhatLibpqWouldFromTheEnvironment) {
  wish_.dbname.clear();
  variables_["PGDATABASE"] = "campus";
  variables_["PGHOST"] = "db.example";
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  EXPECT_EQ(drupal_settings_.connection, "host='db.example' dbname='campus'");
  EXPECT_THAT(text_of(wish_.output), HasSubstr("dbname: campus"));
}

TEST_F(ImportCommandTest, RefusesAPasswordOnTheCommandLine) {
  wish_.dbname.clear();
  wish_.connection = "dbname=drupal password=secret";
  EXPECT_EQ(import(), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--password-file"));
}

TEST_F(ImportCommandTest, ReadsThePasswordFromItsFile) {
  wish_.password_file = folder_.write("password", "open sesame\n");
  EXPECT_EQ(import(), ExitCode::kOk) << err();
  EXPECT_EQ(drupal_settings_.password, "open sesame");
  EXPECT_THAT(text_of(wish_.output), Not(HasSubstr("sesame")));
}

TEST_F(ImportCommandTest, SaysThatTheModuleWasNeverThere) {
  state_.config.answer({});
  EXPECT_EQ(import(), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("no readable settings of the module moodle_sync"));
  EXPECT_FALSE(std::filesystem::exists(wish_.output));
}

}  // namespace
}  // namespace moodlesync::app
