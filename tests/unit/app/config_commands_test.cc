#include "app/config_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConfigCommands : public CommandsTest {};

TEST_F(ConfigCommands, PrintShowsEachValueAndWhereItComesFrom) {
  EXPECT_EQ(run(&config_print), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("drupal:\n  site_url: https://drupal.example  # line 2\n"));
  EXPECT_THAT(out(), HasSubstr("  schema: public  # default\n"));
  EXPECT_THAT(out(), HasSubstr("engine:\n  poll_interval: 1s  # default\n"));
  EXPECT_THAT(out(), HasSubstr("  thing:\n    title_field: title  # line "));
}

TEST_F(ConfigCommands, PrintIsAConfigurationThatMeansTheSame) {
  EXPECT_EQ(run(&config_print), ExitCode::kOk);
  const std::string first = out();
  config_ = folder_.write("printed.yaml", first);
  EXPECT_EQ(run(&config_print), ExitCode::kOk) << err();
  const auto without_origins = [](const std::string& text) {
    std::string kept;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('#')) kept += line.substr(0, line.find("  # ")) + "\n";
    }
    return kept;
  };
  EXPECT_EQ(without_origins(out()), without_origins(first));
}

TEST_F(ConfigCommands, PrintShowsNoSecret) {
  variables_["DB_PASSWORD"] = "s3cret-passw0rd";
  std::string text = good_config();
  text.insert(text.find("  connection:"), "  password: ${DB_PASSWORD}\n");
  config_ = folder_.write("secret.yaml", text);
  EXPECT_EQ(run(&config_print), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("password: \"[hidden]\"  # line 3, from the environment"));
  EXPECT_THAT(out(), Not(HasSubstr("s3cret")));
  EXPECT_EQ(run(&config_print, {.json = true}), ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(out(), Not(HasSubstr("0123456789abcdef")));
}

TEST_F(ConfigCommands, PrintAnswersMachinesWithAListOfValues) {
  EXPECT_EQ(run(&config_print, {.json = true}), ExitCode::kOk);
  bool found = false;
  const auto object = json();
  for (const auto& value : object.at("values")) {
    if (value.at("key") != "drupal.site_url") continue;
    found = true;
    EXPECT_EQ(value.at("value"), "https://drupal.example");
    EXPECT_EQ(value.at("line"), 2);
  }
  EXPECT_TRUE(found);
}

TEST_F(ConfigCommands, PrintNamesTheFaultsInsteadWhenThereAreAny) {
  config_ = folder_.write("bad.yaml", good_config() + "engin:\n  lease: 45s\n");
  EXPECT_EQ(run(&config_print), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("engin: is not a known key; did you mean 'engine'?"));
}

TEST_F(ConfigCommands, SchemaDescribesEveryKindOfValue) {
  EXPECT_EQ(run(&config_schema), ExitCode::kOk);
  const auto schema = json();
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const auto& properties = schema.at("properties");
  const auto& engine = properties.at("engine").at("properties");
  EXPECT_EQ(engine.at("claim_limit").at("anyOf").at(0).at("maximum"), 10'000);
  EXPECT_EQ(engine.at("lease").at("default"), "45s");
  EXPECT_EQ(properties.at("log").at("properties").at("format").at("anyOf").at(0).at("enum").size(),
            3U);
  EXPECT_EQ(properties.at("moodle").at("properties").at("batch").at("type").at(0), "object");
  EXPECT_TRUE(properties.at("components").at("properties").contains("thing"));
  EXPECT_TRUE(properties.at("brake")
                  .at("properties")
                  .at("components")
                  .at("properties")
                  .at("thing")
                  .at("properties")
                  .contains("percent"));
}

}  // namespace
}  // namespace moodlesync::app
