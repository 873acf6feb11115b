#include "components/cohorts/memberships.h"

#include "cohort_bench.h"

namespace moodlesync::cohorts {
namespace {

using fakes::known;
using fakes::nobody;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kAdd = "core_cohort_add_cohort_members";
constexpr std::string_view kSearch = "core_cohort_search_cohorts";
constexpr std::string_view kGet = "core_cohort_get_cohorts";
using Sent = std::map<std::string, std::string, std::less<>>;

/// User 7 (Moodle 70) in the group of term 5.
Conversation in_group(CohortBench& bench, const Counterpart& cohort, Sent sent = {},
                      std::string_view vocabulary = "groups") {
  Conversation conversation = fakes::a_conversation()
                                  .of_user(7)
                                  .knowing({"user", 7}, known(70))
                                  .with_reference("field_groups", {"taxonomy_term", 5}, cohort)
                                  .with(bench.component.sources()[1], bench.moodle);
  conversation.entity.fields["field_groups"][0].reference->bundle = vocabulary;
  conversation.link.sent = std::move(sent);
  return conversation;
}

TEST(Memberships, AreWrittenAndReadBack) {
  const Membership doubtful{"x-5", true, MoodleId{70}, 5, false};
  EXPECT_EQ(doubtful.key(), "cohort-idnumber:x-5");
  EXPECT_EQ(doubtful.value(), "70/5?");
  const auto read = parse_membership(doubtful.key(), doubtful.value());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key(), doubtful.key());
  EXPECT_EQ(read->value(), doubtful.value());
}

TEST(Memberships, AreToldFromOtherEntriesOfTheLink) {
  EXPECT_FALSE(parse_membership("name", "70/5"));
  EXPECT_FALSE(parse_membership("cohort:12", "seventy"));
}

TEST(Memberships, GoByIdnumberWhileTheCohortsIdCannotBeLookedUp) {
  CohortBench bench;
  bench.moodle.without(kSearch).without(kGet).on(kAdd, Json());
  Conversation conversation = in_group(bench, nobody());
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_EQ(outcome_name(outcome), "synced");
  EXPECT_EQ(bench.row(0),
            "cohorttype[type]=idnumber cohorttype[value]=5 usertype[type]=id usertype[value]=70");
  EXPECT_THAT(conversation.link.sent, ElementsAre(Pair("cohort-idnumber:5", "70/5")));
}

TEST(Memberships, DoNotGoByIdnumberWhereIdsCanBeLookedUp) {
  CohortBench bench;
  Conversation conversation = in_group(bench, nobody());
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_EQ(outcome_name(outcome), "unchanged");
}

TEST(Memberships, IgnoreTermsOfOtherVocabularies) {
  CohortBench bench;
  bench.moodle.without(kSearch).without(kGet);
  Conversation conversation = in_group(bench, nobody(), {}, "tags");
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_EQ(outcome_name(outcome), "unchanged");
}

TEST(Memberships, AreKeptUnderTheIdOnceItIsKnown) {
  CohortBench bench;
  Conversation conversation = in_group(bench, known(12), {{"cohort-idnumber:5", "70/5"}});
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_TRUE(bench.moodle.calls().empty());
  EXPECT_EQ(outcome_name(outcome), "unchanged");
  EXPECT_THAT(conversation.link.sent, ElementsAre(Pair("cohort:12", "70/5")));
}

TEST(Memberships, ThatCannotBeRemovedAreReportedAndRemembered) {
  CohortBench bench;
  Conversation conversation = in_group(bench, known(12), {{"cohort-idnumber:5", "70/5"}});
  conversation.entity.fields["field_groups"].clear();
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  ASSERT_EQ(outcome_name(outcome), "skipped");
  EXPECT_EQ(std::get<Skipped>(outcome).reason, "cohort_id_unknown");
  EXPECT_THAT(conversation.link.sent, ElementsAre(Pair("cohort-idnumber:5", "70/5")));
}

/// A user who still refers to a term that was deleted.
Conversation in_deleted_group(CohortBench& bench) {
  Conversation conversation = in_group(bench, nobody(), {{"cohort:12", "70/5"}});
  conversation.entity.fields["field_groups"][0].reference->exists = false;
  return conversation;
}

TEST(Memberships, OfADeletedTermWentWithItsCohort) {
  CohortBench bench;
  Conversation conversation = in_deleted_group(bench);
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_TRUE(bench.moodle.calls().empty());
  EXPECT_EQ(outcome_name(outcome), "unchanged");
  EXPECT_THAT(conversation.link.sent, IsEmpty());
}

TEST(Memberships, OfADeletedTermStayWhereItsCohortStays) {
  CohortBench bench(a_component({{"delete", fakes::scalar("nothing")}}));
  Conversation conversation = in_deleted_group(bench);
  const Outcome outcome = bench.moodle.drive(bench.component.converse(conversation));
  EXPECT_TRUE(bench.moodle.calls().empty());
  EXPECT_EQ(outcome_name(outcome), "unchanged");
  EXPECT_THAT(conversation.link.sent, ElementsAre(Pair("cohort:12", "70/5")));
}

}  // namespace
}  // namespace moodlesync::cohorts
