// How an account comes about, whose it is, and how it ends.
#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;

sim::Id stranger(People& people, const std::string& username, const std::string& email,
                 const std::string& idnumber = {}) {
  return people.moodle().create_user({.username = username,
                                      .firstname = "Old",
                                      .lastname = "Name",
                                      .email = email,
                                      .idnumber = idnumber});
}

TEST(UserAccountsSync, AnExternalPluginGetsNoPassword) {
  People people;
  people.user("ada");
  people.sync();
  const auto calls = people.moodle().calls("core_user_create_users");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].body.find("password"), std::string::npos);
  EXPECT_EQ(calls[0].variable("users[0][auth]"), "oauth2");
}

TEST(UserAccountsSync, MoodleMakesAndMailsThePasswordWhereItIsToldTo) {
  People people({.users = "        auth: manual\n        password: createpassword\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  const auto calls = people.moodle().calls("core_user_create_users");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].variable("users[0][createpassword]"), "1");
  EXPECT_EQ(calls[0].variable("users[0][password]"), "");
  EXPECT_TRUE(people.account(uid).must_change_password);
}

TEST(UserAccountsSync, NoTwoOfAHundredRandomPasswordsAreTheSame) {
  People people({.users = "        auth: manual\n"});
  people.users("u", 100);
  people.sync();
  std::set<std::string> passwords;
  std::size_t sent = 0;
  for (const sim::Call& call : people.moodle().calls("core_user_create_users")) {
    for (const sim::FormVariable& variable : call.variables()) {
      if (!variable.name.ends_with("[password]")) continue;
      ++sent;
      passwords.insert(variable.value);
    }
  }
  EXPECT_EQ(sent, 100U);
  EXPECT_EQ(passwords.size(), 100U);
}

TEST(UserAccountsSync, ALaterEditNeverTouchesThePassword) {
  People people({.users = "        auth: manual\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  const std::string before = people.account(uid).password;
  people.set_field({"user", uid}, "field_city", {"Wien"});
  EXPECT_EQ(people.account(uid).password, before);
  for (const sim::Call& call : people.moodle().calls("core_user_update_users"))
    EXPECT_EQ(call.body.find("password"), std::string::npos);
}

TEST(UserAccountsSync, TheHolderOfOurIdnumberIsOurAccount) {
  People people;
  const std::int64_t uid = people.user("ada");
  const sim::Id known = stranger(people, "ada", "ada@example.org", std::to_string(uid));
  people.sync();
  EXPECT_EQ(people.account(uid).id, known);
  EXPECT_EQ(people.account(uid).firstname, "Givenada");
  EXPECT_EQ(people.accounts(), 1U);
}

TEST(UserAccountsSync, TheHolderOfTheAddressIsAdoptedWhereThatIsConfigured) {
  People people({.users = "        adopt_by: [email]\n"});
  const sim::Id known = stranger(people, "alovelace", "ADA@example.org");
  const std::int64_t uid = people.user("ada");
  people.sync();
  EXPECT_EQ(people.account(uid).id, known);
  EXPECT_EQ(people.account(uid).username, "ada");
  EXPECT_EQ(people.rig().shown_id({"user", uid}), std::to_string(known));
}

TEST(UserAccountsSync, AnAccountWithAnotherIdnumberIsNeverAdopted) {
  People people({.users = "        adopt_by: [username, email]\n"});
  const sim::Id known = stranger(people, "ada", "other@example.org", "somebody-else");
  const std::int64_t uid = people.user("ada");
  people.sync();
  EXPECT_EQ(people.account(uid).id, 0);
  const auto parked = people.rig().parked("user", uid);
  EXPECT_EQ(parked.code, "username_taken");
  EXPECT_NE(parked.message.find(std::to_string(known)), std::string::npos) << parked.message;
}

TEST(UserAccountsSync, AdoptingByUsernameDoesNotAdoptByAddress) {
  People people({.users = "        adopt_by: [username]\n"});
  stranger(people, "alovelace", "ada@example.org");
  const std::int64_t uid = people.user("ada");
  people.sync();
  EXPECT_EQ(people.rig().parked("user", uid).code, "email_taken");
}

TEST(UserAccountsSync, ThreeOfAHundredCostOneRoundAndTheSplit) {
  People people;
  stranger(people, "u10", "other@example.org");
  stranger(people, "other", "u20@example.org");
  people.users("u", 99);
  people.user("u 100", {}, {{"mail", "u100@example.org"}});
  people.sync();
  EXPECT_EQ(people.accounts(), 97U + 2U);
  // One call with all 99 (the one with the blank is never sent), then both bad rows are found by
  // halving: at most two calls for each of seven halvings.
  EXPECT_LE(people.moodle().count("core_user_create_users"), 1 + 2 * 2 * 7);
}

TEST(UserAccountsSync, ABlockedUserStaysOpenWhereBlockingIsNotOurs) {
  People people({.users = "        suspend_blocked: false\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  people.set_base({"user", uid}, {{"status", "0"}});
  EXPECT_EQ(people.account(uid).suspended, 0);
}

/// The four ways of Drupal's "Cancel account" page.
class CancelledAccount : public testing::Test {
 protected:
  CancelledAccount() {
    people_.sync();
    account_ = people_.account(uid_).id;
  }
  [[nodiscard]] sim::User account() {
    const auto state = people_.moodle().state();
    const sim::User* found = state->users.find(account_);
    return found == nullptr ? sim::User{} : *found;
  }
  People people_{{.users = "        delete: suspend\n"}};
  std::int64_t uid_ = people_.user("ada");
  std::int64_t nid_ = people_.drupal().create_node(
      "course", "Her course", {{"field_shortname", {"HERS"}}}, {{"uid", std::to_string(uid_)}});
  sim::Id account_ = 0;
};

TEST_F(CancelledAccount, ThatIsBlockedIsSuspended) {
  people_.set_base({"user", uid_}, {{"status", "0"}});
  EXPECT_EQ(account().suspended, 1);
}

TEST_F(CancelledAccount, ThatIsBlockedWithItsContentUnpublishedIsSuspended) {
  people_.drupal().save_node(nid_, {.base = {{"status", "0"}}});
  people_.set_base({"user", uid_}, {{"status", "0"}});
  EXPECT_EQ(account().suspended, 1);
  EXPECT_NE(people_.course_id(nid_), 0);
}

TEST_F(CancelledAccount, ThatIsDeletedWithItsContentGivenToAnonymousIsSuspended) {
  people_.drupal().save_node(nid_, {.base = {{"uid", "0"}}});
  people_.remove({"user", uid_});
  EXPECT_EQ(account().suspended, 1);
  EXPECT_EQ(people_.accounts(), 1U);
  EXPECT_NE(people_.course_id(nid_), 0);
}

TEST_F(CancelledAccount, ThatIsDeletedWithItsContentIsSuspended) {
  people_.drupal().remove("node", {nid_});
  people_.remove({"user", uid_});
  EXPECT_EQ(account().suspended, 1);
  EXPECT_EQ(people_.rig().tasks("parked"), 0);
}

}  // namespace
}  // namespace moodlesync
