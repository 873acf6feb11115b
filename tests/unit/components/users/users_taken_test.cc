#include "user_bench.h"

namespace moodlesync::users {
namespace {

using fakes::list;
using fakes::refusal;
using fakes::scalar;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kLookUp = "core_user_get_users_by_field";
constexpr std::string_view kSearch = "core_user_get_users";

UserSource adopting(std::string_view field) {
  return a_source({{"adopt_by", list({scalar(field)})}});
}

/// Moodle refuses the new account as it does: without saying why, or with her name in it.
void refuse_create(UserBench& bench) {
  bench.moodle.on("core_user_create_users",
                  refusal("invalidparameter", "Username already exists: anna.m (Anna Müller)"));
}

TEST(UsersTaken, AdoptTheAccountThatHasTheIdnumberAlready) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.on(kLookUp, account(31, "7")).on("core_user_update_users", Json());
  bench.run(anna());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{31});
  EXPECT_EQ(bench.moodle.row(2).get("id"), "31");
  EXPECT_EQ(bench.moodle.row(2).get("username"), "anna.m");
}

TEST(UsersTaken, ParkAUsernameNamingTheHolder) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, account(31, "other-7"));
  bench.run(anna());
  EXPECT_EQ(bench.result(), "rejected");
  EXPECT_EQ(bench.code(), "username_taken");
  EXPECT_THAT(bench.message(), HasSubstr("username belongs to Moodle user 31"));
  EXPECT_EQ(bench.link().moodle_id, std::nullopt);
}

TEST(UsersTaken, ParkAnAddressNamingTheHolder) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kSearch, found(32, "x"));
  bench.run(anna());
  EXPECT_EQ(bench.code(), "email_taken");
  EXPECT_THAT(bench.message(), HasSubstr("address belongs to Moodle user 32"));
}

TEST(UsersTaken, SayNothingPersonalInTheMessage) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, account(31));
  bench.run(anna());
  EXPECT_THAT(bench.message(), AllOf(Not(HasSubstr("anna")), Not(HasSubstr("Anna")),
                                     Not(HasSubstr("Müller")), HasSubstr("user:7")));
}

TEST(UsersTaken, AdoptAnAccountWithoutIdnumberByItsUsername) {
  UserBench bench(adopting("username"));
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, account(31)).on("core_user_update_users", Json());
  bench.run(anna());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.moodle.row(3).get("id"), "31");
  EXPECT_EQ(bench.moodle.row(3).get("idnumber"), "7");
  EXPECT_EQ(bench.moodle.row(3).get("auth"), "");
}

TEST(UsersTaken, AdoptAnAccountWithoutIdnumberByItsAddress) {
  UserBench bench(adopting("email"));
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kSearch, found(32));
  bench.moodle.on("core_user_update_users", Json());
  bench.run(anna());
  EXPECT_EQ(bench.link().moodle_id, MoodleId{32});
  EXPECT_EQ(bench.link().sent.at("idnumber"), "7");
}

TEST(UsersTaken, DoNotAdoptByAnAddressWhenOnlyTheUsernameMay) {
  UserBench bench(adopting("username"));
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kSearch, found(32));
  bench.run(anna());
  EXPECT_EQ(bench.code(), "email_taken");
  EXPECT_THAT(bench.message(), HasSubstr("adopt_by"));
}

TEST(UsersTaken, NeverAdoptAnAccountWithAnotherIdnumber) {
  UserBench bench(adopting("username"));
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, account(31, "other-7"));
  bench.run(anna());
  EXPECT_EQ(bench.code(), "username_taken");
}

TEST(UsersTaken, LetAnAccountGoThatMayNotBeChanged) {
  UserBench bench(adopting("username"));
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, account(2));
  bench.moodle.on("core_user_update_users", refusal("usernotupdatedadmin"));
  bench.run(anna());
  EXPECT_EQ(bench.code(), "usernotupdatedadmin");
  EXPECT_THAT(bench.message(), HasSubstr("administrator"));
  EXPECT_EQ(bench.link().moodle_id, std::nullopt);
}

TEST(UsersTaken, NameTheSuspectsWhenNobodyHoldsTheKeys) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kSearch, found_nobody());
  bench.run(anna().with_field("preferred_langcode", "pt-br"));
  EXPECT_EQ(bench.result(), "rejected");
  EXPECT_EQ(bench.code(), "invalidparameter");
  EXPECT_THAT(bench.message(), AllOf(HasSubstr("'oauth2'"), HasSubstr("'pt_br'")));
}

TEST(UsersTaken, DoNotBlameAnybodyWhileReadsCannotBeTrusted) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.trust_reads(false).on(kLookUp, Json());
  bench.run(anna());
  EXPECT_EQ(bench.result(), "transient");
  EXPECT_EQ(bench.code(), "reads_untrusted");
}

TEST(UsersTaken, FindTheHolderOfAnAddressInAnyCaseWithoutWildcards) {
  UserBench bench;
  refuse_create(bench);
  Json others = found(5);
  others["users"][0]["email"] = "aXb@x.org";
  others["users"].push_back({{"id", 6}, {"email", "A_B@x.org"}});
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kSearch, others);
  fakes::ConversationBuilder user = anna();
  user.with_empty("mail").with_field("mail", "a_b@X.org");
  bench.run(user);
  EXPECT_EQ(bench.row(3), "criteria[0][key]=email criteria[0][value]=a\\_b@x.org");
  EXPECT_THAT(bench.message(), HasSubstr("Moodle user 6"));
}

TEST(UsersTaken, LookForTheExactAddressWhereTheServiceHasNoSearch) {
  UserBench bench;
  refuse_create(bench);
  bench.moodle.without(kSearch);
  bench.moodle.on(kLookUp, Json()).on(kLookUp, Json()).on(kLookUp, account(32, "x"));
  bench.run(anna());
  EXPECT_EQ(bench.row(3), "value=anna@example.org");
  EXPECT_EQ(bench.moodle.calls()[3].fixed.get("field"), "email");
  EXPECT_EQ(bench.code(), "email_taken");
}

TEST(UsersTaken, LookUpNobodyWhenMoodleIsAway) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", Error{ErrorKind::kUnavailable, "http_503", "away"});
  bench.run(anna());
  EXPECT_EQ(bench.result(), "unavailable");
  EXPECT_EQ(bench.moodle.calls().size(), 1U);
}

TEST(UsersTaken, PassOnAPasswordThatThePolicyRefuses) {
  UserBench bench;
  bench.moodle.on("core_user_create_users", refusal("refused_value"));
  bench.run(anna());
  EXPECT_EQ(bench.code(), "refused_value");
  EXPECT_THAT(bench.message(), HasSubstr("password policy"));
  EXPECT_EQ(bench.moodle.calls().size(), 1U);
}

}  // namespace
}  // namespace moodlesync::users
