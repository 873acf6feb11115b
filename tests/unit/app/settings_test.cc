#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_rooms.h"

namespace moodlesync::app {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Every test writes one configuration and looks at what comes of it.
class SettingsTest : public FakeRoomsTest {
 protected:
  LoadedSettings read(const std::string& text) {
    return read_settings(text, config_, rooms_.components, rooms_.environment);
  }
  /// The good configuration with `from` replaced by `to`.
  [[nodiscard]] std::string changed(const std::string& from, const std::string& to) const {
    std::string text = good_config();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
  /// All faults as "line key: message".
  std::vector<std::string> faults(const std::string& text) {
    const LoadedSettings loaded = read(text);
    EXPECT_FALSE(loaded.settings.has_value());
    std::vector<std::string> lines;
    for (const SettingsFault& fault : loaded.report.faults) {
      lines.push_back(std::to_string(fault.origin.line) + " " + fault.origin.key + ": " +
                      fault.message);
    }
    return lines;
  }
};

TEST_F(SettingsTest, ReadsAMinimalConfigurationAndFillsInDefaults) {
  const LoadedSettings loaded = read(good_config());
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(loaded.settings->engine.site_url, "https://drupal.example");
  EXPECT_EQ(loaded.settings->drupal.connection, "host=db dbname=drupal");
  EXPECT_EQ(loaded.settings->drupal.schema, "public");
  EXPECT_EQ(loaded.settings->moodle.base_url, "https://moodle.example");
  EXPECT_EQ(loaded.settings->moodle.token.reveal(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(loaded.settings->engine.poll_interval, milliseconds(1000));
  EXPECT_EQ(loaded.settings->components.size(), 1U);
  EXPECT_THAT(loaded.report.warnings, IsEmpty());
}

TEST_F(SettingsTest, ReadsWhoIsToldOfWrittenIds) {
  const std::string connection = "connection: host=db dbname=drupal\n";
  const auto with = [&](const std::string& lines) {
    return changed(connection, connection + lines);
  };
  const LoadedSettings command =
      read(with("  invalidate_command: [/bin/hook, -q]\n  invalidate_timeout: 3s\n"));
  ASSERT_TRUE(command.settings.has_value());
  EXPECT_THAT(command.settings->outside.command, ElementsAre("/bin/hook", "-q"));
  EXPECT_EQ(command.settings->outside.timeout, milliseconds(3000));
  EXPECT_TRUE(command.settings->drupal.outside_caches);
  EXPECT_TRUE(read(with("  invalidate_url: https://d/hook\n")).settings->drupal.outside_caches);
  EXPECT_FALSE(read(good_config()).settings->drupal.outside_caches);
  EXPECT_THAT(faults(with("  invalidate_command: [hook]\n")),
              ElementsAre(HasSubstr("absolute path")));
  EXPECT_THAT(faults(with("  invalidate_url: http://d.example/hook\n")),
              ElementsAre(HasSubstr("must be https://")));
  EXPECT_THAT(faults(with("  invalidate_command: [/bin/hook]\n  invalidate_url: https://d/h\n")),
              ElementsAre(HasSubstr("one of them must go")));
}

TEST_F(SettingsTest, ReadsEveryKey) {
  const LoadedSettings loaded = read(
      "drupal: {site_url: 'https://d', host: db, port: 5433, dbname: it's, user: me, schema: s, "
      "prefix: p_, notify: no, statement_timeout: 5s}\n"
      "moodle: {url: 'http://m', allow_http: true, token_file: token, ca_file: /ca.pem, "
      "concurrency: {min: 2, initial: 3, max: 5}, max_input_vars: 5000, connect_timeout: 2s, "
      "timeout_factor: 2, "
      "max_answer_bytes: 2000000, batch: {core_course_create_courses: 7}}\n"
      "engine: {poll_interval: 2s, claim_limit: 10, max_in_flight: 20, lease: 30s, shutdown_grace: "
      "1s, retry_base: 1s, retry_cap: 1m, max_attempts: 3, wait_backstop: 1m, component_rest: 1m, "
      "sweep_interval: 0}\n"
      "log: {level: debug, format: json}\nstate_dir: /s\ncomponents: {thing: }\n");
  ASSERT_TRUE(loaded.settings.has_value());
  const Settings& settings = *loaded.settings;
  EXPECT_EQ(settings.drupal.connection, "host='db' port='5433' dbname='it\\'s' user='me'");
  EXPECT_FALSE(settings.drupal.notify);
  EXPECT_EQ(settings.moodle.concurrency.min, 2U);
  EXPECT_EQ(settings.moodle.concurrency.initial, 3U);
  EXPECT_EQ(settings.moodle.concurrency.max, 5U);
  EXPECT_EQ(settings.moodle.max_batch.at("core_course_create_courses"), 7);
  EXPECT_EQ(settings.engine.max_attempts, 3);
  EXPECT_EQ(settings.engine.sweep_interval, milliseconds(0));
  EXPECT_EQ(settings.log.level, ops::LogLevel::kDebug);
  EXPECT_EQ(settings.log.format, ops::LogSettings::Format::kJson);
  EXPECT_EQ(settings.state_dir, "/s");
}

TEST_F(SettingsTest, ReportsAllFaultsAtOnceInFileOrder) {
  EXPECT_THAT(
      faults("drupal:\n  site_url: drupal.example\n  connection: x=y\n"
             "moodle:\n  url: https://m\n  token_file: token\n  concurrency: {max: many}\n"
             "engine:\n  pol_interval: 1s\n"
             "components:\n  thing:\n    titel_field: x\n"),
      ElementsAre("2 drupal.site_url: must begin with https:// or http://, not 'drupal.example'",
                  "7 moodle.concurrency.max: must be a whole number (without quotes), not 'many'",
                  "9 engine.pol_interval: is not a known key; did you mean 'poll_interval'?",
                  "12 components.thing.titel_field: is not a known key; did you mean "
                  "'title_field'?"));
}

TEST_F(SettingsTest, ReportsAMissingSectionByItsMissingKeys) {
  const auto lines = faults("components: {thing: }\n");
  EXPECT_THAT(lines, Contains(HasSubstr("drupal.site_url: is missing")));
  EXPECT_THAT(lines, Contains(HasSubstr("drupal.connection: is missing")));
  EXPECT_THAT(lines, Contains(HasSubstr("moodle.url: is missing")));
  EXPECT_THAT(lines, Contains(HasSubstr("moodle.token_file: is missing")));
}

TEST_F(SettingsTest, ReportsAnUnknownComponentWithTheNearestKnownOne) {
  EXPECT_THAT(faults(changed("  thing:\n    title_field: title\n", "  thin: {}\n")),
              Contains("9 components.thin: is not a known key; did you mean 'thing'?"));
}

TEST_F(SettingsTest, ReportsAConfigurationWithoutComponents) {
  EXPECT_THAT(faults(changed("components:\n  thing:\n    title_field: title\n", "")),
              ElementsAre("1 components: must name at least one component (thing)"));
}

TEST_F(SettingsTest, ReportsAConnectionThatIsGivenTwice) {
  EXPECT_THAT(faults(changed("  connection: host=db dbname=drupal\n",
                             "  connection: host=db dbname=drupal\n  host: db\n")),
              ElementsAre("4 drupal.host: and connection are both set; one of them must go"));
}

TEST_F(SettingsTest, ReportsAPortThatIsNone) {
  EXPECT_THAT(faults(changed("connection: host=db dbname=drupal", "port: 99999")),
              ElementsAre("3 drupal.port: must be at least 1 and at most 65535, not 99999"));
}

TEST_F(SettingsTest, RefusesATokenThatStandsInTheFile) {
  EXPECT_THAT(faults(changed("token_file: token", "token: 0123456789abcdef")),
              Contains(HasSubstr("moodle.token: must not stand in the configuration itself")));
}

TEST_F(SettingsTest, RefusesATokenThatHidesInADefault) {
  EXPECT_THAT(faults(changed("token_file: token", "token: ${TOKEN:-0123456789abcdef}")),
              Contains(HasSubstr("moodle.token: must not stand in the configuration itself")));
}

TEST_F(SettingsTest, TakesATokenFromTheEnvironmentAndHidesIt) {
  variables_["TOKEN"] = "fromtheenvironment";
  const LoadedSettings loaded = read(changed("token_file: token", "token: ${TOKEN}"));
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(loaded.settings->moodle.token.reveal(), "fromtheenvironment");
  EXPECT_THAT(loaded.settings->secrets, ElementsAre("fromtheenvironment"));
}

TEST_F(SettingsTest, RefusesATokenInTwoPlaces) {
  variables_["TOKEN"] = "fromtheenvironment";
  EXPECT_THAT(faults(changed("token_file: token", "token_file: token\n  token: ${TOKEN}")),
              ElementsAre("6 moodle.token_file: and token are both set; one of them must go"));
}

TEST_F(SettingsTest, NeverQuotesASecretInAFault) {
  const auto lines = faults(changed("token_file: token", "token: hunter2hunter2"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("hunter2"))));
}

TEST_F(SettingsTest, ReadsATokenFromASystemdCredential) {
  folder_.write("moodle-token", "fromacredential\n");
  variables_["CREDENTIALS_DIRECTORY"] = folder_.path();
  const LoadedSettings loaded =
      read(changed("token_file: token", "token_file: credential:moodle-token"));
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(loaded.settings->moodle.token.reveal(), "fromacredential");
}

TEST_F(SettingsTest, ReportsACredentialThatSystemdHadNoFileFor) {
  folder_.write("moodle-token", "\n");
  variables_["CREDENTIALS_DIRECTORY"] = folder_.path();
  EXPECT_THAT(faults(changed("token_file: token", "token_file: credential:moodle-token")),
              ElementsAre(HasSubstr("is empty: systemd found no file to load it from")));
}

TEST_F(SettingsTest, ReadsACredentialBesideTheConfigurationWhenAPersonRunsTheCommand) {
  folder_.write("moodle-token", "besidetheconfiguration\n");
  const std::string text = changed("token_file: token", "token_file: credential:moodle-token");
  auto loaded = read(text);
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(loaded.settings->moodle.token.reveal(), "besidetheconfiguration");
  folder_.write(config_.stem().string() + ".moodle-token", "ofthissite\n");
  loaded = read(text);
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(loaded.settings->moodle.token.reveal(), "ofthissite");
}

TEST_F(SettingsTest, NamesTheFileThatACredentialOfAPersonIsNotIn) {
  EXPECT_THAT(faults(changed("token_file: token", "token_file: credential:moodle-token")),
              ElementsAre(HasSubstr("/moodle-token: No such file")));
}

TEST_F(SettingsTest, ReportsATokenFileThatIsNotThere) {
  EXPECT_THAT(faults(changed("token_file: token", "token_file: nowhere")),
              ElementsAre(HasSubstr("nowhere: No such file or directory")));
}

TEST_F(SettingsTest, ReportsATokenFileThatIsEmptyOrHoldsMoreThanALine) {
  folder_.write("token", "\n");
  EXPECT_THAT(faults(good_config()), ElementsAre(HasSubstr("is empty")));
  folder_.write("token", "one\ntwo\n");
  EXPECT_THAT(faults(good_config()), ElementsAre(HasSubstr("must hold one line")));
}

TEST_F(SettingsTest, WarnsOfATokenFileThatEveryoneMayRead) {
  std::filesystem::permissions(folder_.path() / "token", std::filesystem::perms{0644});
  const LoadedSettings loaded = read(good_config());
  ASSERT_TRUE(loaded.settings.has_value());
  ASSERT_EQ(loaded.report.warnings.size(), 1U);
  EXPECT_THAT(loaded.report.warnings[0].message, HasSubstr("can be read by everyone"));
  EXPECT_EQ(loaded.report.warnings[0].origin.line, 6);
}

TEST_F(SettingsTest, RefusesADatabasePasswordInsideTheConnection) {
  EXPECT_THAT(faults(changed("host=db dbname=drupal", "host=db password='it is'")),
              ElementsAre(HasSubstr("drupal.connection: must not hold a password")));
  EXPECT_THAT(faults(changed("host=db dbname=drupal", "postgresql://me:secret@db/drupal")),
              ElementsAre(HasSubstr("drupal.connection: must not hold a password")));
}

TEST_F(SettingsTest, HidesThePasswordOfAConnectionFromTheEnvironment) {
  variables_["DATABASE_URL"] = "postgresql://me:p%40ss-word@db/drupal";
  const LoadedSettings loaded = read(changed("host=db dbname=drupal", "${DATABASE_URL}"));
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_THAT(loaded.settings->secrets, Contains("p@ss-word"));
}

TEST_F(SettingsTest, RefusesPlainHttpUnlessItIsAllowed) {
  EXPECT_THAT(faults(changed("https://moodle.example", "http://moodle.example")),
              ElementsAre(HasSubstr("moodle.url: begins with http://")));
}

TEST_F(SettingsTest, RefusesARelativeStateFolder) {
  EXPECT_THAT(faults(changed("state_dir: /", "state_dir: ")),
              ElementsAre("7 state_dir: must be an absolute path"));
}

TEST_F(SettingsTest, RefusesABatchSizeThatIsNoNumberOfRows) {
  EXPECT_THAT(faults(changed("token_file: token", "token_file: token\n  batch:\n    f: 0")),
              ElementsAre("8 moodle.batch.f: must be a number of rows from 1 to 1000, not '0'"));
}

TEST_F(SettingsTest, RefusesALeaseThatIsTooShortForAHeartbeat) {
  EXPECT_THAT(faults(good_config() + "engine:\n  lease: 2s\n"),
              ElementsAre("12 engine.lease: must be at least 6000ms"));
}

TEST_F(SettingsTest, ReportsAFileThatIsNotThere) {
  const LoadedSettings loaded =
      load_settings(folder_.path() / "none.yaml", rooms_.components, rooms_.environment);
  ASSERT_EQ(loaded.report.faults.size(), 1U);
  EXPECT_THAT(loaded.report.faults[0].message, HasSubstr("No such file"));
}

TEST_F(SettingsTest, ReadsWhenTheBrakeComesOn) {
  const LoadedSettings loaded = read(good_config() +
                                     "brake:\n  window: 2h\n  removals: 5\n  percent: 3\n"
                                     "  components: {thing: {percent: 50}}\n");
  ASSERT_TRUE(loaded.settings.has_value());
  const engine::BrakeSettings& brake = loaded.settings->engine.brake;
  EXPECT_EQ(brake.window, std::chrono::hours(2));
  EXPECT_EQ(brake.limit.removals, 5);
  EXPECT_EQ(brake.limit.percent, 3);
  EXPECT_EQ(brake.components.at("thing").percent, 50);
  EXPECT_EQ(brake.components.at("thing").removals, 5) << "as for all, where it says nothing";
}

TEST_F(SettingsTest, RefusesABrakeThatMakesNoSense) {
  const LoadedSettings loaded = read(
      good_config() + "brake: {percent: 101, window: 1s, components: {thong: {percent: 1}}}\n");
  ASSERT_FALSE(loaded.settings.has_value());
  std::string text;
  for (const SettingsFault& fault : loaded.report.faults) text += to_string(fault.origin) + "\n";
  EXPECT_THAT(text, HasSubstr("brake.percent"));
  EXPECT_THAT(text, HasSubstr("brake.window"));
  EXPECT_THAT(text, HasSubstr("brake.components.thong"));
}

TEST_F(SettingsTest, RefusesAFileThatIsLargerThanAnyConfiguration) {
  const auto file = folder_.write("large.yaml", std::string((1U << 20U) + 1, '#'));
  const LoadedSettings loaded = load_settings(file, rooms_.components, rooms_.environment);
  ASSERT_EQ(loaded.report.faults.size(), 1U);
  EXPECT_THAT(loaded.report.faults[0].message, HasSubstr("larger than 1 MiB"));
}

TEST_F(SettingsTest, OpensNoPortUnlessToldTo) {
  EXPECT_FALSE(read(good_config()).settings->endpoint.listen.has_value());
  const LoadedSettings loaded = read(good_config() + "http:\n  listen: 8470\n  refresh: 30s\n");
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_EQ(to_string(loaded.settings->endpoint.listen.value_or(ops::ListenAddress{})),
            "127.0.0.1:8470");
  EXPECT_EQ(loaded.settings->endpoint.refresh, milliseconds(30'000));
  EXPECT_THAT(loaded.report.warnings, IsEmpty());
}

TEST_F(SettingsTest, WarnsOfAPortThatOtherMachinesReach) {
  const LoadedSettings loaded = read(good_config() + "http:\n  listen: 0.0.0.0:8470\n");
  ASSERT_TRUE(loaded.settings.has_value());
  ASSERT_EQ(loaded.report.warnings.size(), 1U);
  EXPECT_THAT(loaded.report.warnings[0].message, HasSubstr("without TLS"));
}

TEST_F(SettingsTest, RefusesAnAddressThatIsNoneAndAnAdminTokenThatIsGuessed) {
  folder_.write("admin", "hunter2\n");
  EXPECT_THAT(faults(good_config() + "http:\n  listen: everywhere\n  admin_token_file: admin\n"),
              ElementsAre(HasSubstr("must be a port"), HasSubstr("less than 16 characters")));
}

TEST_F(SettingsTest, HidesTheAdminTokenFromTheLog) {
  folder_.write("admin", "a-long-admin-token\n");
  const LoadedSettings loaded = read(good_config() + "http:\n  admin_token_file: admin\n");
  ASSERT_TRUE(loaded.settings.has_value());
  EXPECT_THAT(loaded.settings->secrets, Contains("a-long-admin-token"));
}

TEST(PasswordInConnection, IsFoundInEveryForm) {
  EXPECT_EQ(password_in("host=db password=secret user=me"), "secret");
  EXPECT_EQ(password_in("password = 'it\\'s' host=db"), "it's");
  EXPECT_EQ(password_in("postgresql://me:s%2Fcret@db/x"), "s/cret");
  EXPECT_EQ(password_in("postgresql:///x?user=me&password=abc&host=db"), "abc");
  EXPECT_EQ(password_in("host=db user=me"), "");
  EXPECT_EQ(password_in("postgresql://me@db/x"), "");
  EXPECT_EQ(password_in("host=db password="), "");
}

}  // namespace
}  // namespace moodlesync::app
