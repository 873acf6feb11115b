#include "app/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/epoch_file.h"
#include "app/status_command.h"
#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(CommandsTest, CheckIsContentWhenAllIsWell) {
  EXPECT_EQ(run(&check), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("this is the site that was installed"));
  EXPECT_THAT(out(), HasSubstr("0 problems, 1 warning\n")) << "what a person should see to";
}

TEST_F(CommandsTest, CheckReportsEveryFaultOfTheConfiguration) {
  folder_.write("moodle-syncd.yaml", "drupal: {sight_url: x}\n");
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("drupal.sight_url: is not a known key"));
  EXPECT_THAT(out(), HasSubstr("moodle.url: is missing"));
}

TEST_F(CommandsTest, CheckOfTheConfigurationAloneAsksNobody) {
  EXPECT_EQ(run(&check, {.config_only = true}), ExitCode::kOk);
  EXPECT_EQ(state_.opened, 0);
}

TEST_F(CommandsTest, CheckSaysWhichFunctionIsMissingAndWhereToAddIt) {
  preflights_ = {moodle_site({})};
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("the token's service lacks the function tell"));
  EXPECT_THAT(out(), HasSubstr("Site administration > Server > Web services > External services"));
}

TEST_F(CommandsTest, CheckNamesACapabilityThatMoodleShowsToBeMissing) {
  answer_ = Error{ErrorKind::kConfig, "nopermissions", "You may not"};
  EXPECT_EQ(run(&check), ExitCode::kNoPermission);
  EXPECT_THAT(out(), HasSubstr("lacks the capability see/it"));
}

TEST_F(CommandsTest, CheckListsTheCapabilitiesThatItCannotSee) {
  EXPECT_EQ(run(&check), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("docs/moodle-setup.md: use/it\n"));
}

TEST_F(CommandsTest, CheckAsksForNoRightByAFunctionThatTheServiceLacks) {
  answer_ = Error{ErrorKind::kConfig, "accessexception", "not in the service"};
  preflights_ = {moodle_site({})};
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), Not(HasSubstr("lacks the capability")));
}

TEST_F(CommandsTest, CheckRemindsOfWhatNoCallCanShow) {
  EXPECT_EQ(run(&check), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("mails may leave"));
  MoodleSite old = moodle_site({"tell"});
  old.version = "2022112800.00";
  preflights_ = {old};
  EXPECT_EQ(run(&check), ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("mails may leave"))) << "an older Moodle sends none";
}

TEST_F(CommandsTest, CheckReportsARefusedToken) {
  preflights_ = {Error{ErrorKind::kConfig, "invalidtoken", "Invalid token [invalidtoken]"}};
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("Invalid token"));
}

TEST_F(CommandsTest, CheckTellsAMoodleThatIsAwayFromAMistake) {
  preflights_ = {Error{ErrorKind::kUnavailable, "http_503", "HTTP 503"}};
  EXPECT_EQ(run(&check), ExitCode::kUnavailable);
  EXPECT_THAT(out(), HasSubstr("maintenance mode"));
}

TEST_F(CommandsTest, CheckGoesOnToMoodleWhenTheDatabaseIsAway) {
  state_.open_errors = {{ErrorKind::kUnavailable, "database_unavailable", "no route to db"}};
  preflights_ = {moodle_site({})};
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("no route to db"));
  EXPECT_THAT(out(), HasSubstr("lacks the function tell"));
}

TEST_F(CommandsTest, CheckReportsAMissingRightByItsOwnCode) {
  state_.open_errors = {{ErrorKind::kConfig, "42501", "permission denied for table node"}};
  EXPECT_EQ(run(&check), ExitCode::kNoPermission);
}

TEST_F(CommandsTest, CheckReportsAnUnknownFieldWithItsPlace) {
  state_.reader.set_faults({{{"x.yaml", 9, "components.thing.title_field"}, "no field titel"}});
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("x.yaml:9: components.thing.title_field: no field titel"));
}

TEST_F(CommandsTest, CheckPassesOnWhatTheInstallerFinds) {
  state_.installer.findings = {
      {Finding::Level::kProblem, "trigger on node is missing", "run `moodle-syncd install`"}};
  EXPECT_EQ(run(&check), ExitCode::kConfig);
  EXPECT_THAT(out(), HasSubstr("trigger on node is missing"));
}

TEST_F(CommandsTest, CheckEndsWithTheGuardsOwnCodeForACopiedDatabase) {
  state_.site.observed().database_oid = "99";
  preflights_ = {moodle_site({})};
  EXPECT_EQ(run(&check), ExitCode::kGuard);
  EXPECT_THAT(out(), HasSubstr("adopt-site"));
}

TEST_F(CommandsTest, CheckWarnsWhenFewerVariablesGetThroughThanConfigured) {
  MoodleSite site = moodle_site({"tell"});
  site.max_input_vars = 500;
  preflights_ = {site};
  EXPECT_EQ(run(&check), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("only 500 form variables"));
}

TEST_F(CommandsTest, CheckAnswersInJson) {
  preflights_ = {moodle_site({})};
  EXPECT_EQ(run(&check, {.json = true}), ExitCode::kConfig);
  const auto object = nlohmann::json::parse(out());
  EXPECT_EQ(object.at("ok"), false);
  EXPECT_EQ(object.at("exit_code"), 78);
  const auto& findings = object.at("findings");
  EXPECT_TRUE(std::ranges::any_of(
      findings, [](const auto& finding) { return finding.at("level") == "problem"; }));
}

TEST_F(CommandsTest, InstallPrintsWhatWasDone) {
  EXPECT_EQ(run(&install), ExitCode::kOk);
  EXPECT_EQ(state_.installer.installed_for, "https://drupal.example");
  EXPECT_EQ(out(), "created the schema moodle_sync\n");
}

TEST_F(CommandsTest, InstallDoesNothingWhileTheMappingDoesNotFit) {
  state_.reader.set_faults({{{"x.yaml", 9, "components.thing"}, "no such field"}});
  EXPECT_EQ(run(&install), ExitCode::kConfig);
  EXPECT_EQ(state_.installer.installed_for, "");
  EXPECT_THAT(err(), HasSubstr("x.yaml:9"));
}

TEST_F(CommandsTest, InstallRefusesADatabaseThatWasInstalledForAnotherSite) {
  state_.site.recorded().recorded.site_url = "https://other.example";
  EXPECT_EQ(run(&install), ExitCode::kGuard);
  EXPECT_EQ(state_.installer.installed_for, "");
}

TEST_F(CommandsTest, InstallTakesTheOwnersWayIntoTheDatabase) {
  const auto password = folder_.write("owner", "open sesame\n");
  EXPECT_EQ(run(&install, {.owner = {"host=db user=drupal", password}}), ExitCode::kOk) << err();
  EXPECT_EQ(drupal_settings_.connection, "host=db user=drupal");
  EXPECT_EQ(drupal_settings_.password, "open sesame");
  EXPECT_EQ(state_.installer.installed_for, "https://drupal.example");
}

TEST_F(CommandsTest, InstallTakesNoPasswordFromTheCommandLine) {
  EXPECT_EQ(run(&install, {.owner = {"user=drupal password=sesame", {}}}), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("--password-file"));
  EXPECT_THAT(err(), Not(HasSubstr("sesame")));
  EXPECT_EQ(state_.installer.installed_for, "");
}

TEST_F(CommandsTest, InstallNamesAPasswordFileThatItCannotRead) {
  EXPECT_EQ(run(&install, {.owner = {"user=drupal", "/nowhere/owner"}}), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("/nowhere/owner"));
}

TEST_F(CommandsTest, UninstallAsksForAYes) {
  EXPECT_EQ(run(&uninstall), ExitCode::kUsage);
  EXPECT_FALSE(state_.installer.uninstalled);
  EXPECT_THAT(err(), HasSubstr("--yes"));
  EXPECT_EQ(run(&uninstall, {.yes = true, .owner = {"host=db user=drupal", {}}}), ExitCode::kOk);
  EXPECT_TRUE(state_.installer.uninstalled);
  EXPECT_EQ(drupal_settings_.connection, "host=db user=drupal");
}

TEST_F(CommandsTest, AdoptSiteShowsWhatDiffersAndChangesNothingWithoutAYes) {
  state_.site.observed().database_name = "moved";
  EXPECT_EQ(run(&adopt_site), ExitCode::kUsage);
  EXPECT_THAT(out(), HasSubstr("* database: drupal -> moved"));
  EXPECT_THAT(out(), HasSubstr("  site uuid: uuid-1\n"));
  EXPECT_EQ(state_.site.recorded().recorded.database_name, "drupal");
}

TEST_F(CommandsTest, AdoptSiteRecordsTheSiteAndAnEpochOnBothSides) {
  state_.site.folders()["theirs"] = "epoch";
  state_.site.observed().database_name = "moved";
  EXPECT_EQ(run(&adopt_site, {.yes = true}), ExitCode::kOk);
  EXPECT_EQ(state_.site.recorded().recorded.database_name, "moved");
  ASSERT_EQ(state_.site.folders().size(), 1U) << "others are forgotten";
  const auto memory = EpochFile(folder_.path() / "state").read();
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(state_.site.folders().at(memory->id), memory->epoch);
  EXPECT_EQ(run(&check), ExitCode::kOk);
}

TEST_F(CommandsTest, AdoptSiteLetsAFurtherInstanceInBesideTheOthers) {
  state_.site.folders()["theirs"] = "epoch";
  EXPECT_EQ(run(&check), ExitCode::kGuard);
  EXPECT_EQ(run(&adopt_site), ExitCode::kUsage);
  EXPECT_THAT(out(), HasSubstr("* state folder: "));
  EXPECT_EQ(run(&adopt_site, {.yes = true}), ExitCode::kOk);
  EXPECT_EQ(state_.site.folders().at("theirs"), "epoch");
  EXPECT_EQ(run(&check), ExitCode::kOk);
}

TEST_F(CommandsTest, StatusAndInstallMayBeRunOnAMachineWithoutAStateFolder) {
  state_.site.folders()["theirs"] = "epoch";
  EXPECT_EQ(run(&status), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("Guard        this is the site that was installed"));
  EXPECT_EQ(run(&install), ExitCode::kOk);
}

TEST_F(CommandsTest, AdoptSiteSaysWhatItCannotLift) {
  state_.site.recorded().old_module_url = "https://old.example";
  EXPECT_EQ(run(&adopt_site, {.yes = true}), ExitCode::kGuard);
  EXPECT_THAT(err(), HasSubstr("https://old.example"));
}

TEST_F(CommandsTest, StatusSaysThatNothingWasSyncedYet) {
  EXPECT_EQ(run(&status), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("nothing was synced yet"));
  EXPECT_THAT(out(), HasSubstr("moodle-syncd plan --all"));
}

TEST_F(CommandsTest, StatusSaysWhatIsQueued) {
  state_.queue.set_link({"thing", "main", {"node", 1}}, Link{});
  EXPECT_EQ(run(&status), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("https://drupal.example -> https://moodle.example"));
  EXPECT_THAT(out(), HasSubstr("Tasks        none: Moodle is in step"));
}

TEST_F(CommandsTest, StatusNamesTheGuardsObjections) {
  state_.site.observed().site_uuid = "other";
  EXPECT_EQ(run(&status, {.json = true}), ExitCode::kOk);
  const auto object = nlohmann::json::parse(out());
  EXPECT_EQ(object.at("guard").at("ok"), false);
  EXPECT_EQ(object.at("guard").at("objections").size(), 1U);
}

TEST_F(CommandsTest, AnErrorNamesTheNextStepAndIsNoBareSql) {
  state_.open_errors = {Error{ErrorKind::kConfig, "42P01", "relation \"pause\" does not exist"}};
  EXPECT_EQ(run(&status), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("moodle-syncd: relation"));
  EXPECT_THAT(err(), HasSubstr("-> our schema is missing or older than this program: run "
                               "`moodle-syncd install`"));
  state_.open_errors = {Error{ErrorKind::kUnavailable, "08006", "connection refused"}};
  EXPECT_EQ(run(&status), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("`moodle-syncd check` looks at both sides"));
}

TEST_F(CommandsTest, VersionPrintsOneLineForEachPart) {
  EXPECT_EQ(run(&version), ExitCode::kOk);
  EXPECT_EQ(out(), "moodle-syncd 1.2.3\n");
}

TEST_F(CommandsTest, NoCommandEverPrintsTheToken) {
  preflights_ = {Error{ErrorKind::kConfig, "invalidtoken", "Invalid token"}};
  static_cast<void>(run(&check));
  EXPECT_THAT(out() + err(), Not(HasSubstr("0123456789abcdef")));
}

}  // namespace
}  // namespace moodlesync::app
