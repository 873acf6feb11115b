#include <gtest/gtest.h>

#include <string>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::sim {
namespace {

class Users : public ::testing::Test {
 protected:
  static Variables row(int index, const std::string& name, const Variables& more = {}) {
    const std::string prefix = "users[" + std::to_string(index) + "][";
    Variables params = {{prefix + "username]", name},
                        {prefix + "firstname]", "F"},
                        {prefix + "lastname]", "L"},
                        {prefix + "email]", name + "@example.com"},
                        {prefix + "auth]", "oauth2"}};
    for (const auto& [field, value] : more) params.emplace_back(prefix + field + "]", value);
    return params;
  }

  Reply create(const Variables& params) { return client_.call("core_user_create_users", params); }

  MoodleSim moodle_;
  RestClient client_{moodle_.url(), moodle_.token()};
};

TEST_F(Users, AnExternalPluginStoresNoPassword) {
  ASSERT_EQ(create(row(0, "a", {{"password", "tbd"}})).errorcode(), "");

  EXPECT_EQ(moodle_.state()->user_with_username("a")->password, "not cached");
}

TEST_F(Users, AGeneratedPasswordIsMailedAndMustBeChanged) {
  ASSERT_EQ(create(row(0, "a", {{"createpassword", "1"}})).errorcode(), "");

  EXPECT_TRUE(moodle_.state()->user_with_username("a")->must_change_password);
  EXPECT_EQ(moodle_.state()->mails.size(), 1U);
}

TEST_F(Users, ACountryThatIsNoCodeIsStoredAsZero) {
  ASSERT_EQ(create(row(0, "a", {{"country", "Austria"}})).errorcode(), "");

  EXPECT_EQ(moodle_.state()->user_with_username("a")->text("country"), "0");
}

TEST_F(Users, ABadRowUndoesTheWholeCreateCall) {
  Variables params = row(0, "a");
  for (auto& variable : row(1, "a")) params.push_back(variable);

  EXPECT_EQ(create(params).errorcode(), "invalidparameter");
  EXPECT_EQ(moodle_.state()->user_with_username("a"), nullptr);
}

TEST_F(Users, ARefusedPasswordHidesTheAnswerButNotTheOtherRows) {
  const Id first = moodle_.create_user({.username = "a", .email = "a@example.com"});
  const Id second = moodle_.create_user({.username = "b", .email = "b@example.com"});

  const Reply reply =
      client_.call("core_user_update_users", {{"users[0][id]", std::to_string(first)},
                                              {"users[0][password]", "short"},
                                              {"users[1][id]", std::to_string(second)},
                                              {"users[1][firstname]", "New"}});

  EXPECT_EQ(reply.errorcode(), "invalidresponse");
  EXPECT_EQ(moodle_.state()->users.find(second)->firstname, "New");
}

TEST_F(Users, ADeletedUserIsFoundByIdOnlyAndFreesItsName) {
  const Id id = moodle_.create_user({.username = "a", .email = "a@example.com"});
  const Id course = moodle_.create_course({.fullname = "c", .shortname = "c"});
  moodle_.enrol(course, id);

  EXPECT_EQ(client_.call("core_user_delete_users", {{"userids[0]", std::to_string(id)}}).body,
            "null");

  const Reply by_id = client_.call("core_user_get_users_by_field",
                                   {{"field", "id"}, {"values[0]", std::to_string(id)}});
  EXPECT_EQ(by_id.json.size(), 1U);
  EXPECT_EQ(by_id.json[0]["email"], "0cc175b9c0f1b6a831c399e269772661");  // MD5 of "a".
  EXPECT_EQ(moodle_.state()->enrolments.size(), 0U);
  EXPECT_EQ(create(row(0, "a")).errorcode(), "");
}

TEST_F(Users, WithoutRightsALookUpFindsNobody) {
  moodle_.create_user({.username = "a", .email = "a@example.com"});
  moodle_.change_settings(
      [](Settings& settings) { settings.missing_capabilities = {"moodle/user:viewalldetails"}; });

  const Reply reply =
      client_.call("core_user_get_users_by_field", {{"field", "username"}, {"values[0]", "a"}});

  EXPECT_EQ(reply.body, "[]");
}

TEST_F(Users, ProfileFieldsTakeWhatFitsAndIgnoreTheRest) {
  moodle_.change_settings([](Settings& settings) {
    settings.profile_fields = {{"text", "text", {}, "", 3}, {"menu", "menu", {"red"}, "red"}};
  });

  ASSERT_EQ(create(row(0, "a",
                       {{"customfields][0][type", "text"},
                        {"customfields][0][value", "ünïcode"},
                        {"customfields][1][type", "menu"},
                        {"customfields][1][value", "purple"},
                        {"customfields][2][type", "nosuch"},
                        {"customfields][2][value", "x"}}))
                .errorcode(),
            "");

  const User user = *moodle_.state()->user_with_username("a");
  EXPECT_EQ(user.profile.at("text"), "ünï");
  EXPECT_EQ(user.profile.at("menu"), "red");
  EXPECT_FALSE(user.profile.contains("nosuch"));
}

TEST_F(Users, AProfileFieldForADayTakesTheDayOfTheServersTimeZone) {
  constexpr Id kNewYork = -5 * Id{3600};
  moodle_.change_settings([](Settings& settings) {
    ProfileField birthday{"birthday", "datetime"};
    birthday.day_only = true;
    settings.profile_fields = {birthday};
    settings.utc_offset = kNewYork;
  });
  const auto stored = [&](const std::string& name, const std::string& value) {
    create(
        row(0, name, {{"customfields][0][type", "birthday"}, {"customfields][0][value", value}}));
    return moodle_.state()->user_with_username(name)->profile.at("birthday");
  };
  EXPECT_EQ(stored("a", "1970-01-02"), std::to_string(86'400 - kNewYork));
  EXPECT_EQ(stored("b", "86400"), std::to_string(-kNewYork)) << "the day before";
}

}  // namespace
}  // namespace moodlesync::sim
