#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testsupport::People;

class CohortsSync : public testing::Test {
 protected:
  People people_;
};

TEST_F(CohortsSync, CreatesACohortAndWritesItsIdBack) {
  const std::int64_t tid = people_.drupal().create_term(
      "cohorts", "Jahrgang & Klasse", {}, {},
      {{"description__value", "<p>Erste</p>"}, {"description__format", "basic_html"}});
  people_.sync();
  const sim::Cohort cohort = people_.moodle_cohort(tid);
  EXPECT_EQ(cohort.name, "Jahrgang & Klasse");
  EXPECT_EQ(cohort.description, "<p>Erste</p>");
  EXPECT_EQ(cohort.category, 0) << "in the system context";
  EXPECT_EQ(people_.rig().shown_id({"taxonomy_term", tid}), std::to_string(cohort.id));
}

TEST_F(CohortsSync, RenamesAndDeletesACohort) {
  const std::int64_t tid = people_.cohort("2025");
  people_.sync();
  people_.drupal().save_term(tid, {.base = {{"name", "2026"}}});
  people_.sync();
  EXPECT_EQ(people_.moodle_cohort(tid).name, "2026");
  people_.drupal().remove("taxonomy_term", {tid});
  people_.sync();
  EXPECT_EQ(people_.moodle_cohort(tid).id, 0);
}

TEST_F(CohortsSync, AddsMembersOfCohortsThatAreCreatedInTheSameRun) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.sync();
  EXPECT_TRUE(people_.is_member(tid, uid));
  EXPECT_EQ(people_.rig().tasks("waiting"), 0);
}

TEST_F(CohortsSync, MovesAUserOfTwoCohortsToOne) {
  const std::int64_t first = people_.cohort("first");
  const std::int64_t second = people_.cohort("second");
  const std::int64_t third = people_.cohort("third");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {first, second}}});
  people_.sync();
  EXPECT_TRUE(people_.is_member(first, uid));
  EXPECT_TRUE(people_.is_member(second, uid));
  people_.drupal().save_user(uid, {.fields = {{"field_cohorts", {third}}}});
  people_.sync();
  EXPECT_FALSE(people_.is_member(first, uid));
  EXPECT_FALSE(people_.is_member(second, uid));
  EXPECT_TRUE(people_.is_member(third, uid));
}

TEST_F(CohortsSync, NeverTouchesAMembershipThatSomebodyElseMade) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.sync();
  const sim::Id own = people_.moodle().create_cohort({.name = "Moodle's own"});
  const sim::Id account = people_.account(uid).id;
  people_.moodle().add_member(own, account);
  people_.drupal().save_user(uid, {.fields = {{"field_cohorts", {}}}});
  people_.sync();
  EXPECT_FALSE(people_.is_member(tid, uid));
  EXPECT_TRUE(people_.moodle().state()->is_member(own, account));
}

TEST_F(CohortsSync, TakesAMemberWhoIsThereAlreadyForDone) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada");
  people_.sync();
  people_.moodle().add_member(people_.moodle_cohort(tid).id, people_.account(uid).id);
  people_.drupal().save_user(uid, {.fields = {{"field_cohorts", {tid}}}});
  people_.sync();
  EXPECT_TRUE(people_.is_member(tid, uid));
  EXPECT_EQ(people_.rig().tasks("parked"), 0);
  EXPECT_EQ(people_.rig().tasks("pending"), 0);
}

TEST_F(CohortsSync, KeepsMembersByIdnumberWhileALostCohortCannotBeLookedUp) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.moodle().inject(sim::Fault::lost_answer().on("core_cohort_create_cohorts"));
  people_.sync();
  people_.rig().skip_waits();
  people_.sync();
  EXPECT_TRUE(people_.is_member(tid, uid));
  EXPECT_EQ(people_.moodle().state()->cohorts.size(), 1U);
}

TEST_F(CohortsSync, CreatesThirtyCohortsWithTheirMembersInFewCalls) {
  std::vector<std::int64_t> terms;
  for (int i = 0; i < 30; ++i) terms.push_back(people_.cohort("Class " + std::to_string(i)));
  std::vector<testsupport::NewEntity> many;
  for (std::size_t i = 0; i < 60; ++i) {
    const std::string name = "u" + std::to_string(i);
    many.push_back({"user",
                    {{"name", name}, {"mail", name + "@example.org"}},
                    {{"field_first_name", {"A"}},
                     {"field_last_name", {"B"}},
                     {"field_cohorts", {terms[i % 30], terms[(i + 7) % 30]}}},
                    ""});
  }
  const auto uids = people_.drupal().create_many("user", many);
  people_.sync();
  EXPECT_EQ(people_.moodle().state()->cohort_members.size(), 120U);
  EXPECT_TRUE(people_.is_member(terms[7], uids[0]));
  EXPECT_LE(people_.moodle().count("core_cohort_create_cohorts"), 3);
}

TEST_F(CohortsSync, ClearsADescriptionThatWasCleared) {
  const std::int64_t tid = people_.drupal().create_term(
      "cohorts", "2025", {}, {},
      {{"description__value", "<p>Erste</p>"}, {"description__format", "basic_html"}});
  people_.sync();
  people_.set_base({"taxonomy_term", tid}, {{"description__value", std::nullopt}});
  EXPECT_EQ(people_.moodle_cohort(tid).description, "");
}

TEST_F(CohortsSync, LetsMembersWaitForACohortThatHasNoIdYet) {
  const std::int64_t tid = people_.cohort("2025");
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.moodle().inject(sim::Fault::exception("refused").on("core_cohort_create_cohorts"));
  people_.sync();
  EXPECT_EQ(people_.rig().parked("taxonomy_term", tid).code, "refused");
  EXPECT_EQ(people_.rig().tasks("waiting"), 1);
  people_.set_base({"taxonomy_term", tid}, {{"name", "2026"}});
  EXPECT_TRUE(people_.is_member(tid, uid));
  EXPECT_EQ(people_.rig().tasks("waiting"), 0);
}

TEST_F(CohortsSync, LooksALostCohortUpWhereTheServiceAllowsIt) {
  people_.moodle().change_settings([](sim::Settings& settings) {
    settings.functions = {"core_webservice_get_site_info",
                          "core_user_get_users_by_field",
                          "core_user_create_users",
                          "core_user_update_users",
                          "core_cohort_create_cohorts",
                          "core_cohort_update_cohorts",
                          "core_cohort_delete_cohorts",
                          "core_cohort_add_cohort_members",
                          "core_cohort_delete_cohort_members",
                          "core_cohort_search_cohorts"};
  });
  const std::int64_t tid = people_.cohort("2025");
  people_.moodle().inject(sim::Fault::lost_answer().on("core_cohort_create_cohorts"));
  people_.sync();
  people_.rig().skip_waits();
  people_.sync();
  EXPECT_EQ(people_.rig().shown_id({"taxonomy_term", tid}),
            std::to_string(people_.moodle_cohort(tid).id));
  EXPECT_EQ(people_.moodle().state()->cohorts.size(), 1U);
}

TEST_F(CohortsSync, LeavesACohortThatIsOptedOutAndItsMembersAlone) {
  const std::int64_t tid =
      people_.drupal().create_term("cohorts", "Out", {}, {{"field_moodle_id", {"ignore"}}});
  const std::int64_t uid = people_.user("ada", {{"field_cohorts", {tid}}});
  people_.sync();
  EXPECT_EQ(people_.moodle().state()->cohorts.size(), 0U);
  people_.set_field({"taxonomy_term", tid}, "field_moodle_id", {});
  EXPECT_TRUE(people_.is_member(tid, uid)) << "until the word is taken away";
}

TEST(CohortsSyncOptions, PutsCohortsIntoTheConfiguredCategory) {
  People people({.cohorts = "        category: 1\n"});
  const std::int64_t tid = people.cohort("2025");
  people.sync();
  EXPECT_EQ(people.moodle_cohort(tid).category, 1);
  people.set_base({"taxonomy_term", tid}, {{"name", "2026"}});
  EXPECT_EQ(people.moodle_cohort(tid).category, 1) << "and keeps them there";
}

TEST(CohortsSyncOptions, TakesTheMembersFromAFieldOfAProfile) {
  People people({.members = "profile:student:field_group"});
  const std::int64_t first = people.cohort("first");
  const std::int64_t second = people.cohort("second");
  const std::int64_t uid = people.user("ada");
  const std::int64_t profile = people.student_profile(uid, {{"field_group", {first}}});
  people.sync();
  EXPECT_TRUE(people.is_member(first, uid));
  people.set_field({"profile", profile}, "field_group", {second});
  EXPECT_FALSE(people.is_member(first, uid));
  EXPECT_TRUE(people.is_member(second, uid));
  people.remove({"profile", profile});
  EXPECT_FALSE(people.is_member(second, uid));
}

TEST(CohortsSyncOptions, KeepsTwoVocabulariesApartByTheirPrefixes) {
  People people({.cohorts = "        idnumber_prefix: year-\n"
                            "      - vocabulary: clubs\n"
                            "        idnumber_prefix: club-\n",
                 .model = [](testsupport::DrupalSite& site) { site.add_vocabulary("clubs"); }});
  const std::int64_t year = people.cohort("2025");
  const std::int64_t club = people.drupal().create_term("clubs", "Chess");
  const std::int64_t uid = people.user("ada", {{"field_cohorts", {year, club}}});
  people.sync();
  const sim::Id account = people.account(uid).id;
  const auto state = people.moodle().state();
  const sim::Cohort* of_year = state->cohort_with_idnumber("year-" + std::to_string(year));
  const sim::Cohort* of_club = state->cohort_with_idnumber("club-" + std::to_string(club));
  ASSERT_NE(of_year, nullptr);
  ASSERT_NE(of_club, nullptr);
  EXPECT_EQ(of_club->name, "Chess");
  EXPECT_TRUE(state->is_member(of_year->id, account));
  EXPECT_TRUE(state->is_member(of_club->id, account));
}

}  // namespace
}  // namespace moodlesync
