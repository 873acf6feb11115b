#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace moodlesync::app {
namespace {

ParsedCommandLine parse(std::vector<const char*> arguments, const char* config_variable = nullptr) {
  arguments.insert(arguments.begin(), "moodle-syncd");
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    if (name != "MOODLE_SYNCD_CONFIG" || config_variable == nullptr) return std::nullopt;
    return config_variable;
  };
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), environment);
}

TEST(CommandLine, ReadsACommandWithTheDefaultConfiguration) {
  const auto parsed = parse({"run"});
  ASSERT_TRUE(parsed.invocation.has_value());
  EXPECT_EQ(parsed.invocation->verb, Verb::kRun);
  EXPECT_EQ(parsed.invocation->config, "/etc/moodle-syncd/moodle-syncd.yaml");
}

TEST(CommandLine, PrefersTheOptionOverTheEnvironmentForTheConfiguration) {
  EXPECT_EQ(parse({"run"}, "/env.yaml").invocation->config, "/env.yaml");
  EXPECT_EQ(parse({"run", "--config", "/flag.yaml"}, "/env.yaml").invocation->config, "/flag.yaml");
  EXPECT_EQ(parse({"-c", "/flag.yaml", "run"}).invocation->config, "/flag.yaml");
}

TEST(CommandLine, ReadsTheFlagsOfACommand) {
  const auto check = parse({"check", "--json", "--config-only"});
  ASSERT_TRUE(check.invocation.has_value());
  EXPECT_TRUE(check.invocation->json);
  EXPECT_TRUE(check.invocation->config_only);
  EXPECT_TRUE(parse({"uninstall", "--yes"}).invocation->yes);
  EXPECT_FALSE(parse({"adopt-site"}).invocation->yes);
}

TEST(CommandLine, ReadsTheOwnersWayIntoTheDatabase) {
  const auto install =
      parse({"install", "--connection", "user=drupal", "--password-file", "/root/owner"});
  ASSERT_TRUE(install.invocation.has_value()) << install.text;
  EXPECT_EQ(install.invocation->owner.connection, "user=drupal");
  EXPECT_EQ(install.invocation->owner.password_file, "/root/owner");
  EXPECT_EQ(parse({"install", "--password-file", "/root/owner"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"run", "--connection", "user=drupal"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, ReadsTheLogLevel) {
  EXPECT_EQ(parse({"once", "--log-level", "debug"}).invocation->log_level, ops::LogLevel::kDebug);
  EXPECT_EQ(parse({"once", "--log-level", "loud"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, ReadsWhatIsToBePlannedOrLookedAtAgain) {
  const auto plan = parse({"plan", "--all", "--component", "course", "--json"});
  ASSERT_TRUE(plan.invocation.has_value()) << plan.text;
  EXPECT_EQ(plan.invocation->verb, Verb::kPlan);
  EXPECT_TRUE(plan.invocation->all);
  EXPECT_EQ(plan.invocation->selection.component, "course");
  const auto resync = parse({"resync", "--entity", "node:12", "--resend", "--anew"});
  ASSERT_TRUE(resync.invocation.has_value()) << resync.text;
  EXPECT_EQ(resync.invocation->selection.entity, (EntityRef{"node", 12}));
  EXPECT_TRUE(resync.invocation->resend);
  EXPECT_TRUE(resync.invocation->anew);
  EXPECT_EQ(parse({"resync", "--entity", "12"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"plan", "--resend"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, ReadsWhereToImportFrom) {
  const auto parsed = parse({"import-config", "--dbname", "drupal", "--user", "sync",
                             "--password-file", "/p", "--output", "/o.yaml", "--token-file", "/t"});
  ASSERT_TRUE(parsed.invocation.has_value()) << parsed.text;
  const ImportWish& wish = parsed.invocation->import;
  EXPECT_EQ(wish.dbname, "drupal");
  EXPECT_EQ(wish.user, "sync");
  EXPECT_EQ(wish.password_file, "/p");
  EXPECT_EQ(wish.output, "/o.yaml");
  EXPECT_EQ(wish.token_file, "/t");
  EXPECT_EQ(wish.schema, "public");
  EXPECT_EQ(parse({"import-config", "--password", "secret"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, ReadsWhichParkedTasksAreMeant) {
  const auto list = parse({"parked", "list", "--component", "course", "--code", "shortnametaken",
                           "--entity", "node:12", "--limit", "5", "--json"});
  ASSERT_TRUE(list.invocation.has_value()) << list.text;
  EXPECT_EQ(list.invocation->verb, Verb::kParkedList);
  EXPECT_EQ(list.invocation->parked.component, "course");
  EXPECT_EQ(list.invocation->parked.code, "shortnametaken");
  EXPECT_EQ(list.invocation->parked.entity, (EntityRef{"node", 12}));
  EXPECT_EQ(list.invocation->limit, 5);
  EXPECT_TRUE(list.invocation->json);
  const auto show = parse({"--config", "/x.yaml", "parked", "show", "user:7"});
  EXPECT_EQ(show.invocation->verb, Verb::kParkedShow);
  EXPECT_EQ(show.invocation->parked.entity, (EntityRef{"user", 7}));
  EXPECT_EQ(show.invocation->config, "/x.yaml");
}

TEST(CommandLine, ReadsADropWithItsConsent) {
  const auto drop = parse({"parked", "drop", "--all", "--yes"});
  EXPECT_EQ(drop.invocation->verb, Verb::kParkedDrop);
  EXPECT_TRUE(drop.invocation->all);
  EXPECT_TRUE(drop.invocation->yes);
}

TEST(CommandLine, ReadsWhichComponentTheBrakeIsToLetGo) {
  const auto allow = parse({"brake", "allow", "users"});
  EXPECT_EQ(allow.invocation->verb, Verb::kBrakeAllow);
  EXPECT_EQ(allow.invocation->component, "users");
  EXPECT_EQ(parse({"brake", "list"}).invocation->component, "");
}

TEST(CommandLine, RefusesAnEntityThatIsNone) {
  EXPECT_EQ(parse({"parked", "show", "twelve"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"parked", "list", "--entity", "node"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"parked", "show"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, AsksWhatIsToBeDoneAboutParkedTasks) {
  EXPECT_EQ(parse({"parked"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"brake"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"brake", "allow", "users", "courses"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(parse({}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"fly"}).exit_code, ExitCode::kUsage);
  EXPECT_EQ(parse({"run", "--yes"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, SaysWhatWasProbablyMeant) {
  EXPECT_THAT(parse({"staus"}).text, testing::HasSubstr("Did you mean 'status'?"));
  EXPECT_THAT(parse({"brake", "lst"}).text, testing::HasSubstr("Did you mean 'list'?"));
  EXPECT_THAT(
      parse({"parked", "list", "--componnt=x"}).text,
      testing::HasSubstr("There is no option '--componnt' here. Did you mean '--component'"));
  EXPECT_THAT(parse({"xyzzy"}).text, testing::Not(testing::HasSubstr("Did you mean")));
}

TEST(CommandLine, ReadsPausesAndTheirReasons) {
  const auto paused = parse({"pause", "course", "--reason", "upgrade", "--json"});
  ASSERT_TRUE(paused.invocation.has_value()) << paused.text;
  EXPECT_EQ(paused.invocation->verb, Verb::kPause);
  EXPECT_EQ(paused.invocation->component, "course");
  EXPECT_EQ(paused.invocation->reason, "upgrade");
  EXPECT_EQ(parse({"resume"}).invocation->component, "");
}

TEST(CommandLine, ReadsHowOftenStatusIsToLook) {
  const auto watch = parse({"status", "--watch", "--interval", "5"});
  ASSERT_TRUE(watch.invocation.has_value()) << watch.text;
  EXPECT_TRUE(watch.invocation->watch);
  EXPECT_EQ(watch.invocation->interval, std::chrono::seconds(5));
  EXPECT_EQ(parse({"status", "--watch", "--interval", "0"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, ReadsWhichEntityIsToBeExplained) {
  EXPECT_EQ(parse({"explain", "node:12"}).invocation->parked.entity, (EntityRef{"node", 12}));
  EXPECT_EQ(parse({"explain"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, KnowsItsOwnShape) {
  const auto shapes = command_shapes();
  const auto find = [&](const std::vector<std::string>& words) {
    for (const CommandShape& shape : shapes) {
      if (shape.words == words) return shape;
    }
    return CommandShape{};
  };
  EXPECT_THAT(find({}).commands, testing::IsSupersetOf({"run", "status", "parked", "config"}));
  EXPECT_THAT(find({"parked"}).commands,
              testing::UnorderedElementsAre("list", "show", "retry", "drop"));
  std::vector<std::string> options;
  for (const auto& option : find({"parked", "drop"}).options) options.push_back(option.name);
  EXPECT_THAT(options, testing::IsSupersetOf({"--all", "--yes", "--entity"}));
}

TEST(CommandLine, HasNoOptionForTheToken) {
  EXPECT_EQ(parse({"run", "--token", "x"}).exit_code, ExitCode::kUsage);
}

TEST(CommandLine, PrintsHelpWhenAsked) {
  const auto help = parse({"--help"});
  EXPECT_FALSE(help.invocation.has_value());
  EXPECT_EQ(help.exit_code, ExitCode::kOk);
  EXPECT_THAT(help.text, testing::HasSubstr("adopt-site"));
}

}  // namespace
}  // namespace moodlesync::app
