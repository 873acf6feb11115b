#include "components/users/functions.h"
#include "user_bench.h"

namespace moodlesync::users {
namespace {

using fakes::scalar;
using fakes::texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

const Json kCreated{{"id", 70}, {"username", "anna.m"}};

UserSource with_random_password() {
  return a_source({{"auth", scalar("manual")}, {"password", scalar("random")}});
}

TEST(UsersCreate, SendsTheMappedFieldsWithNameAndAddressInLowerCase) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.row(0),
            "auth=oauth2 city=Graz email=anna@example.org firstname=Anna idnumber=7 "
            "lastname=Müller username=anna.m");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{70});
  EXPECT_EQ(bench.link().sent.at("suspended"), "0");
}

TEST(UsersCreate, GivesAnAccountThatLogsInElsewhereNoPassword) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna());
  EXPECT_THAT(bench.row(0), Not(HasSubstr("password")));
}

TEST(UsersCreate, GivesEveryAccountAPasswordOfItsOwn) {
  UserBench bench(with_random_password());
  bench.moodle.on("core_user_create_users", kCreated).on("core_user_create_users", kCreated);
  bench.run(anna());
  bench.run(anna());
  EXPECT_GE(bench.moodle.row(0).get("password").size(), 16U);
  EXPECT_NE(bench.moodle.row(0).get("password"), bench.moodle.row(1).get("password"));
}

TEST(UsersCreate, RemembersNoPassword) {
  UserBench bench(with_random_password());
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna());
  EXPECT_THAT(bench.link().sent, Not(Contains(Key("password"))));
  EXPECT_EQ(bench.link().sent.size(), 8U);
}

TEST(UsersCreate, LetsMoodleMakeAndMailThePasswordWhereTheConfigurationSaysSo) {
  UserBench bench(a_source({{"auth", scalar("manual")}, {"password", scalar("createpassword")}}));
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna());
  EXPECT_EQ(bench.moodle.row(0).get("createpassword"), "1");
  EXPECT_EQ(bench.moodle.row(0).get("password"), "");
  EXPECT_LE(bench.moodle.calls()[0].function->max_batch, 10);
}

TEST(UsersCreate, SuspendsABlockedUserWithASecondCall) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", kCreated).on("core_user_update_users", Json());
  bench.run(anna().unpublished());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.row(0), Not(HasSubstr("suspended")));
  EXPECT_EQ(bench.row(1), "id=70 suspended=1");
  EXPECT_EQ(bench.link().sent.at("suspended"), "1");
}

TEST(UsersCreate, KeepsTheNewIdWhenTheSecondCallFails) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", kCreated)
      .on("core_user_update_users", fakes::lost_answer());
  bench.run(anna().unpublished());
  EXPECT_EQ(bench.result(), "in_doubt");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{70});
  EXPECT_THAT(bench.link().sent, Not(Contains(Key("suspended"))));
}

TEST(UsersCreate, SendsEveryCustomFieldAndPreference) {
  UserBench bench(a_source(
      {{"customfields", texts({{"badge", "field_badge"}, {"shoe", "profile:main:field_shoe"}})},
       {"preferences", texts({{"htmleditor", "field_editor"}})}}));
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna()
                .with_field("field_badge", "7")
                .with_field("profile:main:field_shoe", "0", ValueType::kBoolean)
                .with_field("field_editor", "atto"));
  EXPECT_THAT(bench.row(0), HasSubstr("customfields[0][type]=badge customfields[0][value]=7 "
                                      "customfields[1][type]=shoe customfields[1][value]=0"));
  EXPECT_THAT(bench.row(0),
              HasSubstr("preferences[0][type]=htmleditor preferences[0][value]=atto"));
}

TEST(UsersCreate, SendsADayAsADaySoThatNoTimeZoneMovesIt) {
  UserBench bench(a_source(
      {{"customfields", texts({{"birthday", "field_birthday"}, {"since", "field_since"}})}}));
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna()
                .with_day("field_birthday", -281232000)
                .with_field("field_since", "1700000000", ValueType::kTimestamp));
  EXPECT_THAT(bench.row(0), HasSubstr("customfields[0][value]=1961-02-02 "));
  EXPECT_THAT(bench.row(0), HasSubstr("customfields[1][value]=1700000000"));
}

TEST(UsersCreate, DoesNotLetTwoAccountsWithOneAddressBeCreatedAtOnce) {
  UserBench bench;
  bench.moodle.always("core_user_create_users", [](const Call&) { return kCreated; });
  bench.run(anna());
  bench.run(fakes::a_conversation()
                .of_user(8)
                .with_field("name", "other")
                .with_field("mail", "ANNA@example.org")
                .with_field("field_first", "A")
                .with_field("field_last", "B"));
  EXPECT_EQ(bench.moodle.calls()[0].key, bench.moodle.calls()[1].key);
  EXPECT_THAT(bench.moodle.calls()[0].key, Not(HasSubstr("anna")));
}

TEST(UsersCreate, NeverSyncsTheAnonymousUser) {
  UserBench bench;
  bench.run(fakes::a_conversation().of_user(0).with_field("name", ""));
  EXPECT_EQ(bench.code(), "anonymous");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UsersCreate, SkipsAUserWithAnExcludedRoleWithoutAnyCall) {
  UserBench bench(a_source({{"exclude_roles", fakes::list({scalar("editor"), scalar("bot")})}}));
  bench.run(anna().with_field("roles", "tutor").with_field("roles", "bot"));
  EXPECT_EQ(bench.code(), "excluded_role");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UsersCreate, LeavesAnAccountAloneWhoseUserGotAnExcludedRole) {
  UserBench bench(a_source({{"exclude_roles", fakes::list({scalar("bot")})}}));
  bench.run(anna().unpublished().with_field("roles", "bot").linked_to(70, annas_account()));
  EXPECT_EQ(bench.code(), "excluded_role");
  EXPECT_TRUE(bench.moodle.calls().empty());
  EXPECT_EQ(bench.link().moodle_id, MoodleId{70});
}

TEST(UsersCreate, ParksAUserWithoutALastNameBeforeAnyCall) {
  UserBench bench;
  bench.run(anna().with_empty("field_last"));
  EXPECT_EQ(bench.code(), "missing_name");
  EXPECT_THAT(bench.message(), HasSubstr("lastname"));
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UsersCreate, LooksForItsIdnumberAfterALostAnswer) {
  UserBench bench;
  bench.moodle.on("core_user_get_users_by_field", account(70, "7"))
      .on("core_user_update_users", Json());
  bench.run(anna().in_doubt());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.moodle.called(),
              ElementsAre("core_user_get_users_by_field", "core_user_update_users"));
  EXPECT_EQ(bench.row(0), "value=7");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{70});
}

TEST(UsersCreate, CreatesAfterALostAnswerWhenNobodyHasTheIdnumber) {
  UserBench bench;
  bench.moodle.on("core_user_get_users_by_field", Json()).on("core_user_create_users", kCreated);
  bench.run(anna().in_doubt());
  EXPECT_EQ(bench.result(), "synced");
}

TEST(UsersCreate, DoesNotCreateOnTheStrengthOfReadsThatCannotBeTrusted) {
  UserBench bench;
  bench.moodle.trust_reads(false).on("core_user_get_users_by_field", Json());
  bench.run(anna().in_doubt());
  EXPECT_EQ(bench.code(), "reads_untrusted");
  EXPECT_EQ(bench.moodle.calls().size(), 1U);
}

TEST(UsersCreate, PutsThePrefixBeforeTheIdnumber) {
  UserBench bench(a_source({{"idnumber_prefix", scalar("uni-")}}));
  bench.moodle.on("core_user_create_users", kCreated);
  bench.run(anna());
  EXPECT_EQ(bench.moodle.row(0).get("idnumber"), "uni-7");
}

}  // namespace
}  // namespace moodlesync::users
