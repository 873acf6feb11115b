#include "cohort_bench.h"
#include "components/cohorts/functions.h"

namespace moodlesync::cohorts {
namespace {

using fakes::known;
using fakes::nobody;
using fakes::opted_out;
using fakes::pending;
using fakes::refusal;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kAdd = "core_cohort_add_cohort_members";
constexpr std::string_view kRemove = "core_cohort_delete_cohort_members";
using Sent = std::map<std::string, std::string, std::less<>>;

EntityRef term(std::int64_t id) { return {"taxonomy_term", id}; }

/// User 7, whose account in Moodle is 70.
fakes::ConversationBuilder user() {
  return fakes::a_conversation().of_user(7).knowing({"user", 7}, known(70));
}

/// `builder`, with memberships told earlier; a member has no Moodle id of its own here.
fakes::ConversationBuilder told(fakes::ConversationBuilder builder, Sent sent) {
  builder.linked_to(70, std::move(sent));
  return builder;
}

TEST(Members, AreAddedByIds) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json());
  bench.run_members(user().with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.row(0),
            "cohorttype[type]=id cohorttype[value]=12 usertype[type]=id usertype[value]=70");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Members, ShareTheKeyOfTheirCohort) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json());
  bench.run_members(user().with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.moodle.calls()[0].key, "cohort:12");
  EXPECT_EQ(bench.moodle.calls()[0].order, 70);
}

TEST(Members, CountAsAddedWhenTheyWereMembersBefore) {
  EXPECT_EQ(kAddMembers.done_code, "3");
  EXPECT_TRUE(kAddMembers.repeatable);
}

TEST(Members, AreMovedFromOneCohortToAnother) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json()).on(kRemove, Json());
  bench.run_members(
      told(user().with_reference("field_groups", term(6), known(13)), {{"cohort:12", "70/5"}}));
  EXPECT_THAT(bench.moodle.called(), ElementsAre(kAdd, kRemove));
  EXPECT_EQ(bench.row(1), "cohortid=12 userid=70");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, OfTwoCohortsMayStayInOne) {
  CohortBench bench;
  bench.moodle.on(kRemove, Json());
  bench.run_members(told(user().with_reference("field_groups", term(6), known(13)),
                         {{"cohort:12", "70/5"}, {"cohort:13", "70/6"}}));
  EXPECT_THAT(bench.moodle.called(), ElementsAre(kRemove));
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, AreLeftAloneWhenNothingChanged) {
  CohortBench bench;
  bench.run_members(
      told(user().with_reference("field_groups", term(5), known(12)), {{"cohort:12", "70/5"}}));
  EXPECT_EQ(bench.result(), "unchanged");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Members, WaitForTheirAccount) {
  CohortBench bench;
  bench.run_members(fakes::a_conversation()
                        .of_user(7)
                        .knowing({"user", 7}, pending())
                        .with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.code(), "users user:7");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Members, OfNoCohortWaitForNobody) {
  CohortBench bench;
  bench.run_members(fakes::a_conversation().of_user(7).knowing({"user", 7}, pending()));
  EXPECT_EQ(bench.result(), "unchanged");
}

TEST(Members, JoinTheCohortsThatExistBeforeTheyWaitForOthers) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json());
  bench.run_members(user()
                        .with_reference("field_groups", term(5), pending())
                        .with_reference("field_groups", term(6), known(13)));
  EXPECT_EQ(bench.code(), "cohorts taxonomy_term:5");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, AreSkippedWithoutAnAccount) {
  CohortBench bench;
  bench.run_members(fakes::a_conversation()
                        .of_user(7)
                        .knowing({"user", 7}, nobody())
                        .with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.code(), "no_user");
}

TEST(Members, OfACohortThatOptedOutStayAsTheyAre) {
  CohortBench bench;
  bench.run_members(
      told(user().with_reference("field_groups", term(5), opted_out()), {{"cohort:12", "70/5"}}));
  EXPECT_EQ(bench.result(), "unchanged");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Members, AreTakenOutWhenTheUserIsDeleted) {
  CohortBench bench;
  bench.moodle.on(kRemove, Json()).on(kRemove, refusal("invalidrecordunknown"));
  bench.run_members(told(fakes::a_conversation().of_user(7).deleted(),
                         {{"cohort:12", "70/5"}, {"cohort:13", "70/6"}}));
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_THAT(bench.link().sent, IsEmpty());
}

TEST(Members, OfADeletedCohortAreGoneAlready) {
  CohortBench bench;
  bench.moodle.on(kRemove, refusal("invalidrecordunknown"));
  bench.run_members(told(user().with_empty("field_groups"), {{"cohort:12", "70/5"}}));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.link().sent, IsEmpty());
}

TEST(Members, AreSkippedWhenMoodleKnowsNoSuchCohortOrUser) {
  CohortBench bench;
  bench.moodle.on(kAdd, refusal("2")).on(kAdd, Json());
  bench.run_members(user()
                        .with_reference("field_groups", term(5), known(12))
                        .with_reference("field_groups", term(6), known(13)));
  EXPECT_EQ(bench.code(), "unknown_id");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, AreAddedAgainAfterALostAnswer) {
  CohortBench bench;
  bench.moodle.on(kAdd, fakes::lost_answer());
  bench.run_members(user().with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.result(), "in_doubt");
  const Sent after = bench.link().sent;
  bench.moodle.on(kAdd, Json());
  bench.run_members(told(user().with_reference("field_groups", term(5), known(12)), after));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Members, AreTakenOutThoughItIsNotCertainThatTheyWereAdded) {
  CohortBench bench;
  bench.moodle.on(kAdd, fakes::lost_answer()).on(kRemove, Json());
  bench.run_members(user().with_reference("field_groups", term(5), known(12)));
  const Sent after = bench.link().sent;
  bench.run_members(told(user().with_empty("field_groups"), after));
  EXPECT_EQ(bench.row(1), "cohortid=12 userid=70");
  EXPECT_THAT(bench.link().sent, IsEmpty());
}

TEST(Members, AreTakenOutAgainAfterALostAnswer) {
  CohortBench bench;
  bench.moodle.on(kRemove, fakes::lost_answer());
  bench.run_members(told(user().with_empty("field_groups"), {{"cohort:12", "70/5"}}));
  EXPECT_EQ(bench.result(), "in_doubt");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5?")));
}

TEST(Members, AreAddedAgainWhenTheyAreWantedAfterARemovalWhoseAnswerWasLost) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json());
  bench.run_members(
      told(user().with_reference("field_groups", term(5), known(12)), {{"cohort:12", "70/5?"}}));
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Members, AreStoredAsUncertainBeforeMoodleIsTold) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json()).on(kRemove, Json());
  bench.run_members(
      told(user().with_reference("field_groups", term(6), known(13)), {{"cohort:12", "70/5"}}));
  EXPECT_THAT(bench.ahead.sent,
              ElementsAre(Pair("cohort:12", "70/5?"), Pair("cohort:13", "70/6?")));
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, OfADeletedUserAreStoredAsUncertainBeforeTheyAreTakenOut) {
  CohortBench bench;
  bench.moodle.on(kRemove, Json());
  bench.run_members(told(fakes::a_conversation().of_user(7).deleted(), {{"cohort:12", "70/5"}}));
  EXPECT_THAT(bench.ahead.sent, ElementsAre(Pair("cohort:12", "70/5?")));
}

TEST(Members, SayNothingToMoodleWhenTheirLeaseIsLost) {
  CohortBench bench;
  bench.keeps = Error{ErrorKind::kTransient, "lease_lost", "taken over"};
  bench.run_members(user().with_reference("field_groups", term(5), known(12)));
  EXPECT_EQ(bench.code(), "lease_lost");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Members, FollowTheUserToAnotherAccount) {
  CohortBench bench;
  bench.moodle.on(kAdd, Json()).on(kRemove, Json());
  bench.run_members(
      told(user().with_reference("field_groups", term(5), known(12)), {{"cohort:12", "33/5"}}));
  EXPECT_EQ(bench.moodle.row(0).get("usertype[value]"), "70");
  EXPECT_EQ(bench.row(1), "cohortid=12 userid=33");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Members, AreRefusedOneByOne) {
  CohortBench bench;
  bench.moodle.on(kAdd, refusal("dmlwriteexception")).on(kAdd, Json());
  bench.run_members(user()
                        .with_reference("field_groups", term(5), known(12))
                        .with_reference("field_groups", term(6), known(13)));
  EXPECT_EQ(bench.code(), "dmlwriteexception");
  EXPECT_THAT(bench.link().sent, ElementsAre(Pair("cohort:13", "70/6")));
}

TEST(Members, NeverIncludeTheAnonymousUser) {
  CohortBench bench;
  bench.run_members(fakes::a_conversation().of_user(0));
  EXPECT_EQ(bench.code(), "anonymous");
}

}  // namespace
}  // namespace moodlesync::cohorts
