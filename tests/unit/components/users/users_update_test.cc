#include "user_bench.h"

namespace moodlesync::users {
namespace {

using fakes::refusal;
using fakes::scalar;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

TEST(UsersUpdate, MakesNoCallWhenNothingChanged) {
  UserBench bench;
  bench.run(anna().linked_to(70, annas_account()));
  EXPECT_EQ(bench.result(), "unchanged");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UsersUpdate, SendsOnlyWhatChangedAndNoPassword) {
  UserBench bench(a_source({{"auth", scalar("manual")}}));
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna()
                .with_empty("field_city")
                .with_field("field_city", "Wien")
                .linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(0), "id=70 city=Wien");
  EXPECT_EQ(bench.moodle.calls()[0].key, "user:70");
  EXPECT_EQ(bench.moodle.calls()[0].order, 70);
}

TEST(UsersUpdate, SaysEverythingAgainWhenAnEarlierAttemptMayHaveSaidSomethingElse) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().linked_to(70, annas_account()).in_doubt());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.moodle.row(0).get("suspended"), "0") << "she may have been locked out meanwhile";
  EXPECT_EQ(bench.moodle.row(0).get("city"), "Graz");
}

TEST(UsersUpdate, ClearsACityThatWasCleared) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().with_empty("field_city").linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(0), "id=70 city=");
  EXPECT_EQ(bench.link().sent.at("city"), "");
}

TEST(UsersUpdate, NeverSendsAnEmptyLanguage) {
  UserBench bench;
  auto account = annas_account();
  account["lang"] = "de";
  bench.run(anna().with_field("preferred_langcode", "").linked_to(70, account));
  EXPECT_EQ(bench.result(), "unchanged");
}

TEST(UsersUpdate, SuspendsAUserWhoWasBlocked) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().unpublished().linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(0), "id=70 suspended=1");
}

TEST(UsersUpdate, LocksOutFirstAndAloneWhateverElseChanged) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", Json()).on("core_user_update_users", Json());
  bench.run(anna().unpublished().with_empty("field_city").linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(0), "id=70 suspended=1");
  EXPECT_EQ(bench.moodle.calls()[0].removal, "suspend");
  EXPECT_EQ(bench.row(1), "id=70 city=");
  EXPECT_EQ(bench.moodle.calls()[1].removal, "");
  EXPECT_EQ(bench.result(), "synced");
}

TEST(UsersUpdate, AsksNobodyToLockOutAnAccountThatALostAttemptHasMade) {
  UserBench bench;
  bench.moodle.on("core_user_get_users_by_field", users::account(70, "7"))
      .always("core_user_update_users", [](const Call&) -> Result<Json> { return Json(); });
  bench.run(anna().unpublished().in_doubt());
  ASSERT_EQ(bench.row(1), "id=70 suspended=1");
  EXPECT_EQ(bench.moodle.calls()[1].removal, "");
}

TEST(UsersUpdate, AsksNobodyToLockOutAgainWhoIsLockedOutAlready) {
  UserBench bench;
  auto account = annas_account();
  account["suspended"] = "1";
  bench.moodle.always("core_user_update_users", [](const Call&) -> Result<Json> { return Json(); });
  bench.run(anna().unpublished().in_doubt().linked_to(70, account));
  ASSERT_EQ(bench.row(0), "id=70 suspended=1");
  EXPECT_EQ(bench.moodle.calls()[0].removal, "");
}

TEST(UsersUpdate, TellsTheRestWhenTheBrakeHoldsTheLock) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", refusal("brake", "the brake holds this back"))
      .on("core_user_update_users", Json());
  bench.run(anna().unpublished().with_empty("field_city").linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(1), "id=70 city=");
  EXPECT_EQ(bench.code(), "brake");
  EXPECT_THAT(bench.message(), HasSubstr("the brake holds this back"));
  EXPECT_EQ(bench.link().sent.at("city"), "");
  EXPECT_EQ(bench.link().sent.at("suspended"), "0") << "Moodle has not been told";
}

TEST(UsersUpdate, SendsNothingMoreWhenMoodleDoesNotKnowTheAccountToBeLocked) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", refusal("invaliduserid"));
  bench.run(anna().unpublished().with_empty("field_city").linked_to(70, annas_account()));
  EXPECT_EQ(bench.code(), "unknown_id");
  EXPECT_EQ(bench.moodle.calls().size(), 1U);
}

TEST(UsersUpdate, ReleasesAUserWhoWasUnblocked) {
  UserBench bench;
  auto account = annas_account();
  account["suspended"] = "1";
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().linked_to(70, account));
  EXPECT_EQ(bench.row(0), "id=70 suspended=0");
}

TEST(UsersUpdate, LeavesSuspensionToMoodleWhereTheConfigurationSaysSo) {
  UserBench bench(a_source({{"suspend_blocked", scalar("false")}}));
  bench.run(anna().unpublished().linked_to(70, annas_account()));
  EXPECT_EQ(bench.result(), "unchanged");
}

TEST(UsersUpdate, LocksABlockedUserOutThoughTheNameIsMissing) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().unpublished().with_empty("field_last").linked_to(70, annas_account()));
  EXPECT_EQ(bench.row(0), "id=70 suspended=1");
  EXPECT_EQ(bench.code(), "missing_name");
  EXPECT_THAT(bench.message(), HasSubstr("lastname"));
  EXPECT_EQ(bench.link().sent.at("suspended"), "1");
}

TEST(UsersUpdate, SkipsAnIdThatMoodleDoesNotKnow) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", refusal("invaliduserid"));
  bench.run(anna().linked_to(70, {{"username", "old"}}));
  EXPECT_EQ(bench.result(), "skipped");
  EXPECT_EQ(bench.code(), "unknown_id");
}

TEST(UsersUpdate, SkipsAnAccountThatWasDeletedInMoodle) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", refusal("usernotupdateddeleted"));
  bench.run(anna().linked_to(70, {{"username", "old"}}));
  EXPECT_EQ(bench.code(), "unknown_id");
}

TEST(UsersUpdate, SendsOnlyWhatDiffersFromWhatAnAccountHoldsThatIsTakenOver) {
  UserBench bench;
  Json account(annas_account());
  account["id"] = 70;
  account["email"] = "old@example.org";
  account["suspended"] = false;
  bench.moodle.on("core_user_get_users_by_field", account).on("core_user_update_users", Json());
  bench.run(anna().linked_to(70));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.row(1), "id=70 email=" + bench.link().sent.at("email"));
}

TEST(UsersUpdate, SkipsAnAccountThatIsTakenOverAndGone) {
  UserBench bench;
  bench.moodle.on("core_user_get_users_by_field", Json());
  bench.run(anna().linked_to(70));
  EXPECT_EQ(bench.code(), "unknown_id");
  bench.moodle.on("core_user_get_users_by_field",
                  Json{{"id", 70}, {"email", "0123456789abcdef0123456789abcdef"}});
  bench.run(anna().linked_to(70));
  EXPECT_EQ(bench.code(), "unknown_id");
}

TEST(UsersUpdate, SendsEverythingWhereItMayNotLook) {
  UserBench bench;
  bench.moodle.on("core_user_get_users_by_field", refusal("nopermissions"))
      .on("core_user_update_users", Json());
  bench.run(anna().linked_to(70));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.row(1), HasSubstr("username="));
}

TEST(UsersUpdate, TellsWhoHasTheUsername) {
  UserBench bench;
  auto account = annas_account();
  account["username"] = "anna";
  bench.moodle.on("core_user_update_users", refusal("dmlwriteexception"))
      .on("core_user_get_users_by_field", users::account(31));
  bench.run(anna().linked_to(70, account));
  EXPECT_EQ(bench.code(), "username_taken");
  EXPECT_THAT(bench.message(), HasSubstr("Moodle user 31"));
  EXPECT_EQ(bench.link().moodle_id, MoodleId{70});
}

TEST(UsersUpdate, TellsWhoHasTheAddress) {
  UserBench bench;
  auto account = annas_account();
  account["email"] = "old@example.org";
  bench.moodle.on("core_user_update_users", refusal("useremailduplicate"))
      .on("core_user_get_users", found(32, "9"));
  bench.run(anna().linked_to(70, account));
  EXPECT_EQ(bench.code(), "email_taken");
  EXPECT_THAT(bench.message(), HasSubstr("Moodle user 32"));
}

TEST(UsersUpdate, TriesAgainWhenAnotherOfOursHasTheAddressStill) {
  UserBench bench;
  auto account = annas_account();
  account["email"] = "old@example.org";
  bench.moodle.on("core_user_update_users", refusal("useremailduplicate"))
      .on("core_user_get_users", found(32, "9"));
  bench.run(anna().linked_to(70, account));
  EXPECT_EQ(bench.result(), "transient");
}

TEST(UsersUpdate, ParksWhenAStrangerHasTheAddress) {
  UserBench bench;
  auto account = annas_account();
  account["email"] = "old@example.org";
  bench.moodle.on("core_user_update_users", refusal("useremailduplicate"))
      .on("core_user_get_users", found(32, "M-1234"));
  bench.run(anna().linked_to(70, account));
  EXPECT_EQ(bench.result(), "rejected");
}

TEST(UsersUpdate, SuspendsABlockedUserThoughTheAddressIsTaken) {
  UserBench bench;
  auto account = annas_account();
  account["email"] = "old@example.org";
  bench.moodle.on("core_user_update_users", Json(nullptr))
      .on("core_user_update_users", refusal("useremailduplicate"))
      .on("core_user_get_users", found(32, "9"));
  bench.run(anna().unpublished().linked_to(70, account));
  EXPECT_EQ(bench.row(0), "id=70 suspended=1");
  EXPECT_EQ(bench.code(), "email_taken");
  EXPECT_EQ(bench.link().sent.at("suspended"), "1");
}

TEST(UsersUpdate, ForgetsWhatALostUpdateMayHaveChanged) {
  UserBench bench;
  bench.moodle.on("core_user_update_users", fakes::lost_answer());
  bench.run(anna().with_empty("field_city").linked_to(70, annas_account()));
  EXPECT_EQ(bench.result(), "in_doubt");
  EXPECT_THAT(bench.link().sent, Not(Contains(Key("city"))));
  EXPECT_THAT(bench.link().sent, Contains(Key("email")));
}

TEST(UsersUpdate, TellsAnotherAuthPluginOnlyToAnAccountOfItsOwnMaking) {
  UserBench bench(a_source({{"auth", scalar("saml2")}}));
  auto made_by_us = annas_account();
  made_by_us["auth"] = "oauth2";
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna().linked_to(70, made_by_us));
  EXPECT_EQ(bench.row(0), "id=70 auth=saml2");
  bench.run(anna().linked_to(71, annas_account()));
  EXPECT_EQ(bench.result(), "unchanged");
}

TEST(UsersUpdate, KeepsTheAuthPluginWhenTheNewOneWouldNeedAPassword) {
  UserBench bench(a_source({{"auth", scalar("manual")}}));
  auto made_by_us = annas_account();
  made_by_us["auth"] = "oauth2";
  bench.run(anna().linked_to(70, made_by_us));
  EXPECT_EQ(bench.result(), "unchanged");
}

}  // namespace
}  // namespace moodlesync::users
