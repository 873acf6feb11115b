#include <gtest/gtest.h>

#include <sstream>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using sim::User;
using testsupport::People;

class UsersSync : public testing::Test {
 protected:
  void set_status(std::int64_t uid, const char* status) {
    people_.drupal().save_user(uid, {.base = {{"status", status}}});
    people_.sync();
  }
  People people_;
};

TEST_F(UsersSync, CreatesAnAccountAndWritesItsIdBack) {
  const std::int64_t uid = people_.user("Ada", {{"field_city", {"Wien"}}});
  people_.sync();
  const User account = people_.account(uid);
  EXPECT_EQ(account.username, "ada");
  EXPECT_EQ(account.email, "ada@example.org");
  EXPECT_EQ(account.firstname, "GivenAda");
  EXPECT_EQ(account.text("city"), "Wien");
  EXPECT_EQ(account.auth, "oauth2");
  EXPECT_EQ(people_.rig().shown_id({"user", uid}), std::to_string(account.id));
}

TEST_F(UsersSync, SendsAllCustomFields) {
  const std::int64_t uid = people_.user("ada");
  people_.student_profile(
      uid, {{"field_matriculation", {"01234567"}}, {"field_programme", {"Kunst & Medien"}}});
  people_.sync();
  EXPECT_EQ(people_.account(uid).profile.at("matriculation"), "01234567");
  EXPECT_EQ(people_.account(uid).profile.at("programme"), "Kunst & Medien");
}

TEST_F(UsersSync, BringsAnEditOfTheProfileToMoodle) {
  const std::int64_t uid = people_.user("ada");
  const std::int64_t profile = people_.student_profile(uid, {{"field_programme", {"Mathematik"}}});
  people_.sync();
  people_.drupal().save({"profile", profile}, {.fields = {{"field_programme", {"Physik"}}}});
  people_.sync();
  EXPECT_EQ(people_.account(uid).profile.at("programme"), "Physik");
}

TEST_F(UsersSync, ClearsACityThatWasCleared) {
  const std::int64_t uid = people_.user("ada", {{"field_city", {"Wien"}}});
  people_.sync();
  people_.drupal().save_user(uid, {.fields = {{"field_city", {}}}});
  people_.sync();
  EXPECT_EQ(people_.account(uid).text("city"), "");
  const auto calls = people_.moodle().calls("core_user_update_users");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].variable("users[0][firstname]"), "") << "only the city was sent";
}

TEST_F(UsersSync, ParksThreeUsersThatCollideAndCreatesTheOther97) {
  const sim::Id namesake = people_.moodle().create_user(
      {.username = "u10", .firstname = "A", .lastname = "B", .email = "other@example.org"});
  const sim::Id mailbox = people_.moodle().create_user(
      {.username = "other", .firstname = "A", .lastname = "B", .email = "u20@example.org"});
  std::vector<std::int64_t> uids = people_.users("u", 99);
  uids.push_back(people_.user("u 100", {}, {{"mail", "u100@example.org"}}));
  people_.sync();
  EXPECT_EQ(people_.accounts(), 97U + 2U);
  EXPECT_EQ(people_.rig().tasks("parked"), 3);
  const auto name = people_.rig().parked("user", uids[9]);
  EXPECT_EQ(name.code, "username_taken");
  EXPECT_NE(name.message.find(std::to_string(namesake)), std::string::npos) << name.message;
  const auto mail = people_.rig().parked("user", uids[19]);
  EXPECT_EQ(mail.code, "email_taken");
  EXPECT_NE(mail.message.find(std::to_string(mailbox)), std::string::npos) << mail.message;
  const auto blank = people_.rig().parked("user", uids[99]);
  EXPECT_EQ(blank.code, "bad_username");
  EXPECT_NE(blank.message.find("character 2 is a blank"), std::string::npos) << blank.message;
}

TEST_F(UsersSync, CreatesManyUsersInOneCall) {
  people_.users("u", 100);
  people_.sync();
  EXPECT_EQ(people_.accounts(), 100U);
  EXPECT_LE(people_.moodle().count("core_user_create_users"), 2);
}

TEST_F(UsersSync, SuspendsABlockedUserAndLetsTheUserInAgain) {
  const std::int64_t uid = people_.user("ada");
  people_.sync();
  set_status(uid, "0");
  EXPECT_EQ(people_.account(uid).suspended, 1);
  set_status(uid, "1");
  EXPECT_EQ(people_.account(uid).suspended, 0);
}

TEST_F(UsersSync, SuspendsAUserWhoWasBlockedBeforeTheAccountWasMade) {
  const std::int64_t uid = people_.user("ada", {}, {{"status", "0"}});
  people_.sync();
  EXPECT_NE(people_.account(uid).id, 0);
  EXPECT_EQ(people_.account(uid).suspended, 1);
}

TEST_F(UsersSync, LeavesUsersWithAnExcludedRoleAlone) {
  const std::int64_t uid = people_.user("root", {{"roles", {"administrator"}}});
  people_.sync();
  EXPECT_EQ(people_.account(uid).id, 0);
  EXPECT_EQ(people_.rig().tasks("parked"), 0);
}

TEST_F(UsersSync, MakesNoCallForAnUnchangedSave) {
  const std::int64_t uid = people_.user("ada");
  people_.sync();
  (void)people_.rig().calls_since_last_look();
  people_.drupal().save_user(uid, {});
  people_.drupal().stamp_access(uid);
  people_.sync();
  EXPECT_EQ(people_.rig().calls_since_last_look(), 0);
}

TEST_F(UsersSync, DoesNotCreateAnAccountTwiceWhenTheAnswerIsLost) {
  const std::int64_t uid = people_.user("ada");
  people_.moodle().inject(sim::Fault::lost_answer().on("core_user_create_users"));
  people_.sync();
  people_.rig().skip_waits();
  people_.sync();
  EXPECT_EQ(people_.accounts(), 1U);
  EXPECT_EQ(people_.rig().tasks("parked"), 0);
  EXPECT_EQ(people_.rig().shown_id({"user", uid}), std::to_string(people_.account(uid).id));
}

TEST_F(UsersSync, LeavesTheAccountOfADeletedUserByDefault) {
  const std::int64_t uid = people_.user("ada");
  people_.sync();
  people_.drupal().remove("user", {uid});
  people_.sync();
  EXPECT_EQ(people_.account(uid).suspended, 0);
  EXPECT_NE(people_.account(uid).id, 0);
}

TEST(UsersSyncOptions, SuspendsTheAccountOfADeletedUser) {
  People people({.users = "        delete: suspend\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  people.drupal().remove("user", {uid});
  people.sync();
  EXPECT_EQ(people.account(uid).suspended, 1);
}

TEST(UsersSyncOptions, DeletesTheAccountOfADeletedUser) {
  People people({.users = "        delete: delete\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  const sim::Id id = people.account(uid).id;
  people.drupal().remove("user", {uid});
  people.sync();
  EXPECT_EQ(people.moodle().state()->users.find(id)->deleted, 1);
}

TEST(UsersSyncOptions, AdoptsTheHolderOfTheUsernameAndGivesItTheIdnumber) {
  People people({.users = "        adopt_by: [username]\n"});
  const sim::Id known = people.moodle().create_user(
      {.username = "ada", .firstname = "Old", .lastname = "Name", .email = "ada@example.org"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  EXPECT_EQ(people.account(uid).id, known);
  EXPECT_EQ(people.account(uid).firstname, "Givenada");
  EXPECT_EQ(people.accounts(), 1U);
}

TEST(UsersSyncOptions, GivesEachAccountARandomPasswordOfItsOwn) {
  People people({.users = "        auth: manual\n"});
  people.users("u", 2);
  people.sync();
  const auto calls = people.moodle().calls("core_user_create_users");
  ASSERT_FALSE(calls.empty());
  const std::string first = calls[0].variable("users[0][password]");
  EXPECT_EQ(first.size(), 24U);
  EXPECT_NE(first, calls.size() > 1 ? calls[1].variable("users[0][password]")
                                    : calls[0].variable("users[1][password]"));
  EXPECT_EQ(
      people.drupal().sql().number(
          "SELECT count(*) FROM moodle_sync.link l WHERE position($1 IN l::text) > 0", {first}),
      0);
}

/// Passwords, names and addresses; each is looked for in the log.
std::vector<std::string> secrets_of(People& people) {
  std::vector<std::string> secrets{"Givenada",   "Familyada", "ada@example.org",
                                   "Givengrace", "grace",     "simtoken"};
  for (const sim::Call& call : people.moodle().calls("core_user_create_users")) {
    for (const sim::FormVariable& variable : call.variables()) {
      if (variable.name.ends_with("[password]")) secrets.push_back(variable.value);
    }
  }
  return secrets;
}

TEST(UsersSyncLog, HoldsNoPasswordAndNoPersonalData) {
  std::ostringstream log;
  People people({.users = "        auth: manual\n", .log = &log});
  people.moodle().change_settings([](sim::Settings& settings) { settings.debug = 32767; });
  people.moodle().create_user(
      {.username = "x", .firstname = "A", .lastname = "B", .email = "grace@example.org"});
  const std::int64_t ada = people.user("ada");
  people.user("grace");
  people.user("Lord Byron");
  people.sync();
  people.drupal().save_user(ada, {.base = {{"mail", "grace@example.org"}}});
  people.sync();
  EXPECT_NE(log.str().find("email_taken"), std::string::npos) << "something was logged";
  for (const std::string& secret : secrets_of(people)) {
    EXPECT_EQ(log.str().find(secret), std::string::npos)
        << "a secret of " << secret.size() << " characters:\n"
        << log.str();
  }
}

}  // namespace
}  // namespace moodlesync
