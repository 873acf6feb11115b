#include <gtest/gtest.h>

#include <string>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::sim {
namespace {

class Protocol : public ::testing::Test {
 protected:
  MoodleSim moodle_;
  RestClient client_{moodle_.url(), moodle_.token()};

  static Variables categories(int count) {
    Variables params;
    for (int i = 0; i < count; ++i) {
      params.emplace_back("categories[" + std::to_string(i) + "][name]", "n" + std::to_string(i));
    }
    return params;
  }
};

TEST_F(Protocol, SiteInfoTellsTheServiceAndTheAccount) {
  const Reply reply = client_.call("core_webservice_get_site_info");

  EXPECT_EQ(reply.json["siteurl"], moodle_.url());
  EXPECT_EQ(reply.json["userid"], 2);
  EXPECT_EQ(reply.json["version"], "2025100600.02");
  EXPECT_FALSE(reply.json["functions"].empty());
}

TEST_F(Protocol, ABodyOverMaxInputVarsIsCutSilently) {
  moodle_.change_settings([](Settings& settings) { settings.max_input_vars = 20; });
  Variables all = {{"wstoken", moodle_.token()},
                   {"moodlewsrestformat", "json"},
                   {"wsfunction", "core_course_create_categories"}};
  for (auto& variable : categories(30)) all.push_back(variable);

  const Reply reply = client_.post(encode_form(all));

  EXPECT_EQ(reply.json.size(), 18U);  // 20 + 1 variables, three of them the protocol's.
}

TEST_F(Protocol, ACutBodyWhoseFunctionNameComesLastIsRefused) {
  moodle_.change_settings([](Settings& settings) { settings.max_input_vars = 20; });

  const Reply reply = client_.call("core_course_create_categories", categories(30));

  EXPECT_EQ(reply.errorcode(), "invalidparameter");
  EXPECT_EQ(moodle_.state()->categories.size(), 1U);
}

TEST_F(Protocol, ABodyThatNeverReachedPhpIsAnsweredInXml) {
  moodle_.change_settings([](Settings& settings) { settings.post_max_size = 10; });

  const Reply reply = client_.call("core_webservice_get_site_info");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/xml; charset=utf-8");
  EXPECT_NE(reply.body.find("<ERRORCODE>invalidtoken</ERRORCODE>"), std::string::npos);
}

TEST_F(Protocol, TheChecksComeInMoodlesOrder) {
  RestClient stranger(moodle_.url(), "wrong");
  moodle_.change_settings(
      [](Settings& settings) { settings.functions = {"core_course_get_categories"}; });

  EXPECT_EQ(stranger.call("no_such_function").errorcode(), "invalidtoken");
  EXPECT_EQ(client_.call("no_such_function").errorcode(), "invalidrecordunknown");
  EXPECT_EQ(client_.call("core_course_create_courses").errorcode(), "accessexception");
  EXPECT_EQ(client_.call("core_course_get_categories", {{"x", "1"}}).errorcode(),
            "invalidparameter");
}

TEST_F(Protocol, TheSiteCanBeOutOfService) {
  moodle_.change_settings([](Settings& settings) { settings.upgrade_running = true; });
  EXPECT_EQ(client_.call("core_webservice_get_site_info").errorcode(), "upgraderunning");
  moodle_.change_settings([](Settings& settings) { settings.cli_maintenance = true; });
  EXPECT_EQ(client_.call("core_webservice_get_site_info").status, 503);
  moodle_.change_settings([](Settings& settings) { settings.web_services_enabled = false; });
  const Reply off = client_.call("core_webservice_get_site_info");
  EXPECT_EQ(off.status, 403);
  EXPECT_EQ(off.body, "");
}

TEST_F(Protocol, AnAccountThatMustChangeItsPasswordReadsNothingAndWritesNothing) {
  moodle_.change_settings(
      [](Settings& settings) { settings.account_state = "forcepasswordchangenotice"; });

  EXPECT_EQ(client_.call("core_course_get_categories").body, "[]");
  EXPECT_EQ(client_.call("core_course_create_categories", categories(1)).errorcode(),
            "forcepasswordchangenotice");
  EXPECT_EQ(client_.call("core_webservice_get_site_info").errorcode(), "");
}

TEST_F(Protocol, OldMoodleNamesItsExceptionsShorter) {
  moodle_.change_settings([](Settings& settings) { settings.version = Version::k41; });

  const Reply reply = client_.call("core_course_create_categories");

  EXPECT_EQ(reply.exception(), "invalid_parameter_exception");
}

TEST_F(Protocol, WithDebuggingOnTheCodeOfAMissingRecordNamesItsTable) {
  const std::string course =
      std::to_string(moodle_.create_course({.category = 1, .fullname = "C", .shortname = "c"}));
  const auto enrol = [&] {
    return client_.call("enrol_manual_enrol_users", {{"enrolments[0][roleid]", "5"},
                                                     {"enrolments[0][userid]", "999"},
                                                     {"enrolments[0][courseid]", course}});
  };
  const auto look = [&] {
    return client_.call("core_enrol_get_enrolled_users", {{"courseid", "999"}});
  };
  EXPECT_EQ(look().errorcode(), "invalidrecordunknown");
  moodle_.change_settings([](Settings& settings) { settings.debug = 15; });
  EXPECT_EQ(look().errorcode(), "invalidrecord");
  EXPECT_EQ(enrol().errorcode(), "invaliduser");
  const Reply update = client_.call("core_course_update_courses",
                                    {{"courses[0][id]", "999"}, {"courses[0][fullname]", "x"}});
  EXPECT_EQ(update.json["warnings"][0]["warningcode"], "invalidrecord");
}

TEST_F(Protocol, TheLogKeepsTheBodyAsSent) {
  (void)client_.call("core_course_create_categories", categories(3));

  const std::vector<Call> calls = moodle_.calls("core_course_create_categories");

  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].rows, 3U);
  EXPECT_TRUE(calls[0].done);
  EXPECT_EQ(calls[0].variables().front().name, "wstoken");
  EXPECT_EQ(calls[0].variables().back().value, "core_course_create_categories");
  EXPECT_EQ(moodle_.count(), 1);
}

}  // namespace
}  // namespace moodlesync::sim
