#include "cohort_bench.h"

namespace moodlesync::cohorts {
namespace {

using fakes::refusal;
using fakes::scalar;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

constexpr std::string_view kCreate = "core_cohort_create_cohorts";
constexpr std::string_view kUpdate = "core_cohort_update_cohorts";
constexpr std::string_view kDelete = "core_cohort_delete_cohorts";
constexpr std::string_view kSearch = "core_cohort_search_cohorts";
constexpr std::string_view kGet = "core_cohort_get_cohorts";

fakes::ConversationBuilder tutors() {
  return fakes::a_conversation()
      .of_term(5)
      .with_field("name", "Tutors & Co")
      .with_html("description", "<p>All</p>");
}

std::map<std::string, std::string, std::less<>> tutors_cohort() {
  return {{"name", "Tutors & Co"},
          {"idnumber", "5"},
          {"place", "system"},
          {"description", "<p>All</p>"},
          {"descriptionformat", "1"}};
}

Json cohorts_found(std::int64_t id, std::string_view idnumber) {
  return {{"cohorts",
           Json::array({{{"id", 1}, {"idnumber", "55"}}, {{"id", id}, {"idnumber", idnumber}}})}};
}

TEST(Cohort, IsCreatedInTheSystemContextWithItsNameAsWritten) {
  CohortBench bench;
  bench.moodle.on(kCreate, Json{{"id", 12}});
  bench.run_cohort(tutors());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.row(0),
            "categorytype[type]=system categorytype[value]=0 name=Tutors & Co idnumber=5 "
            "description=<p>All</p> descriptionformat=1");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{12});
}

TEST(Cohort, IsCreatedInTheConfiguredCategory) {
  CohortBench bench(a_component({{"category", scalar("9")}, {"idnumber_prefix", scalar("a-")}}));
  bench.moodle.on(kCreate, Json{{"id", 12}});
  bench.run_cohort(tutors());
  EXPECT_THAT(bench.row(0), HasSubstr("categorytype[type]=id categorytype[value]=9 "));
  EXPECT_EQ(bench.moodle.row(0).get("idnumber"), "a-5");
}

TEST(Cohort, IsHiddenWithItsTermWhereConfigured) {
  CohortBench bench(a_component({{"visible", scalar("published")}}));
  bench.moodle.on(kCreate, Json{{"id", 12}});
  bench.run_cohort(tutors().unpublished());
  EXPECT_EQ(bench.moodle.row(0).get("visible"), "0");
}

TEST(Cohort, IsLeftAloneWhenNothingChanged) {
  CohortBench bench;
  bench.run_cohort(tutors().linked_to(12, tutors_cohort()));
  EXPECT_EQ(bench.result(), "unchanged");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Cohort, IsUpdatedWithAllThatMoodleDemandsEachTime) {
  CohortBench bench;
  bench.moodle.on(kUpdate, Json());
  auto told = tutors_cohort();
  told["name"] = "Tutors";
  bench.run_cohort(tutors().linked_to(12, told));
  EXPECT_EQ(bench.row(0),
            "id=12 categorytype[type]=system categorytype[value]=0 name=Tutors & Co idnumber=5 "
            "descriptionformat=1");
  EXPECT_EQ(bench.link().sent.at("name"), "Tutors & Co");
}

TEST(Cohort, LosesADescriptionThatWasCleared) {
  CohortBench bench;
  bench.moodle.on(kUpdate, Json());
  bench.run_cohort(fakes::a_conversation()
                       .of_term(5)
                       .with_field("name", "Tutors & Co")
                       .with_empty("description")
                       .linked_to(12, tutors_cohort()));
  EXPECT_THAT(bench.row(0), HasSubstr("description= "));
  EXPECT_EQ(bench.link().sent.at("description"), "");
}

TEST(Cohort, NeedsAName) {
  CohortBench bench;
  bench.run_cohort(fakes::a_conversation().of_term(5).with_field("name", "  "));
  EXPECT_EQ(bench.code(), "missing_value");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Cohort, MayHaveANameOfNoMoreThan254Characters) {
  CohortBench bench;
  bench.run_cohort(fakes::a_conversation().of_term(5).with_field("name", std::string(255, 'x')));
  EXPECT_EQ(bench.code(), "too_long");
}

TEST(Cohort, IsSkippedWhenMoodleDoesNotKnowItsId) {
  CohortBench bench;
  bench.moodle.on(kUpdate, refusal("invalidrecordunknown"));
  bench.run_cohort(tutors().linked_to(12));
  EXPECT_EQ(bench.code(), "unknown_id");
}

TEST(Cohort, IsSearchedByItsExactIdnumberAfterALostAnswer) {
  CohortBench bench;
  bench.moodle.on(kSearch, cohorts_found(12, "5")).on(kUpdate, Json());
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.link().moodle_id, MoodleId{12});
  EXPECT_EQ(bench.row(0),
            "query=5 context[contextlevel]=system context[instanceid]=0 includes=all limitfrom=0 "
            "limitnum=0");
}

TEST(Cohort, IsCreatedAfterALostAnswerWhenTheSearchFindsNone) {
  CohortBench bench;
  bench.moodle.on(kSearch, cohorts_found(12, "555")).on(kCreate, Json{{"id", 13}});
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.link().moodle_id, MoodleId{13});
}

TEST(Cohort, IsFoundAmongAllWhereTheServiceHasNoSearch) {
  CohortBench bench;
  bench.moodle.without(kSearch)
      .on(kGet, Json::array({{{"id", 12}, {"idnumber", "5"}}}))
      .on(kUpdate, Json());
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.link().moodle_id, MoodleId{12});
}

TEST(Cohort, IsNotCreatedOnTheStrengthOfReadsThatCannotBeTrusted) {
  CohortBench bench;
  bench.moodle.trust_reads(false).on(kSearch, cohorts_found(12, "555"));
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.code(), "reads_untrusted");
}

TEST(Cohort, IsAdoptedWhenItsIdnumberIsTaken) {
  CohortBench bench;
  bench.moodle.on(kCreate, refusal("invalidparameter")).on(kSearch, cohorts_found(12, "5"));
  bench.moodle.on(kUpdate, Json());
  bench.run_cohort(tutors());
  EXPECT_EQ(bench.result(), "synced");
  EXPECT_EQ(bench.moodle.row(2).get("id"), "12");
}

TEST(Cohort, IsParkedWhenItIsRefusedThoughItsIdnumberIsFree) {
  CohortBench bench(a_component({{"category", scalar("9")}}));
  bench.moodle.on(kCreate, refusal("invalidparameter")).on(kSearch, cohorts_found(1, "55"));
  bench.run_cohort(tutors());
  EXPECT_EQ(bench.result(), "rejected");
  EXPECT_THAT(bench.message(), HasSubstr("has Moodle a course category 9?"));
}

TEST(Cohort, IsSkippedWithAdviceWhenItsIdCannotBeLookedUp) {
  CohortBench bench;
  bench.moodle.without(kSearch).without(kGet).on(kCreate, refusal("invalidparameter"));
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.code(), "cohort_id_unknown");
  EXPECT_THAT(std::get<Skipped>(bench.outcome).detail, HasSubstr("core_cohort_search_cohorts"));
}

TEST(Cohort, IsFoundLaterOnceTheServiceCanSearch) {
  CohortBench bench;
  bench.moodle.on(kSearch, cohorts_found(12, "5")).on(kUpdate, Json());
  fakes::ConversationBuilder term = tutors();
  term.linked_to(0, {{"idnumber", "5"}});
  bench.conversation = term.with(bench.component.sources()[0], bench.moodle);
  bench.conversation.link.moodle_id.reset();
  bench.outcome = bench.moodle.drive(bench.component.converse(bench.conversation));
  EXPECT_EQ(bench.link().moodle_id, MoodleId{12});
}

TEST(Cohort, IsNotGivenUpBecauseTheSearchIsForbidden) {
  CohortBench bench;
  bench.moodle.on(kSearch, Error{ErrorKind::kConfig, "nopermissions", "no"})
      .on(kCreate, Json{{"id", 12}});
  bench.run_cohort(tutors().in_doubt());
  EXPECT_EQ(bench.result(), "synced");
}

TEST(Cohort, IsDeletedWithItsTerm) {
  CohortBench bench;
  bench.moodle.on(kDelete, Json());
  bench.run_cohort(tutors().deleted().linked_to(12, tutors_cohort()));
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_EQ(bench.row(0), "value=12");
}

TEST(Cohort, IsGoneAlreadyWhenMoodleDoesNotKnowIt) {
  CohortBench bench;
  bench.moodle.on(kDelete, refusal("invalidrecordunknown"));
  bench.run_cohort(tutors().deleted().linked_to(12, tutors_cohort()));
  EXPECT_EQ(bench.result(), "removed");
}

TEST(Cohort, OutlivesItsTermWhereConfigured) {
  CohortBench bench(a_component({{"delete", scalar("nothing")}}));
  bench.run_cohort(tutors().deleted().linked_to(12, tutors_cohort()));
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(Cohort, ThatNobodyCanFindIsReportedWhenItsTermIsDeleted) {
  CohortBench bench;
  bench.moodle.without(kSearch).without(kGet);
  bench.run_cohort(fakes::a_conversation().of_term(5).deleted().in_doubt());
  EXPECT_EQ(bench.code(), "cohort_id_unknown");
}

TEST(Cohort, SaysEverythingAgainWhenAnEarlierAttemptMayHaveSaidSomethingElse) {
  CohortBench bench;
  bench.moodle.on(kUpdate, Json());
  bench.run_cohort(tutors().linked_to(12, tutors_cohort()).in_doubt());
  EXPECT_EQ(bench.result(), "synced");
}

TEST(Cohort, ForgetsWhatALostUpdateMayHaveChanged) {
  CohortBench bench;
  bench.moodle.on(kUpdate, fakes::lost_answer());
  auto told = tutors_cohort();
  told["name"] = "Tutors";
  bench.run_cohort(tutors().linked_to(12, told));
  EXPECT_EQ(bench.result(), "in_doubt");
  EXPECT_THAT(bench.link().sent, Not(Contains(Key("name"))));
}

}  // namespace
}  // namespace moodlesync::cohorts
