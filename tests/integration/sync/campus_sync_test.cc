#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "support/campus/people_comparison.h"
#include "support/sync_rig/peopled_campus.h"

namespace moodlesync {
namespace {

using testsupport::Campus;
using testsupport::CampusPeople;
using testsupport::DrupalSite;
using testsupport::SyncRig;

/// A campus with people; all five components at work.
class CampusSync : public testing::Test {
 protected:
  CampusSync() {
    campus_->add_sections();
    campus_->add_courses(30, 0);
    people_->add_cohorts(6);
    people_->add_roles();
    people_->add_users(100);
    people_->add_registrations(3);
    people_->add_participants();
  }
  std::vector<std::string> differences_after_sync() {
    std::vector<std::string> all = rig_->differences_after_sync();
    for (std::string& one : testsupport::people_differences(rig_->drupal(), rig_->moodle()))
      all.push_back(std::move(one));
    return all;
  }
  std::ostringstream log_;  ///< What an operator sees.
  testsupport::PeopledCampus site_{{.log = &log_}};
  SyncRig* rig_ = &site_.rig();
  Campus* campus_ = &site_.campus();
  CampusPeople* people_ = &site_.people();
};

const std::vector<std::string> kNone;

TEST_F(CampusSync, TellsWhatIsMissingBeforeTheFirstRun) {
  using testing::Contains;
  using testing::HasSubstr;
  const auto before = testsupport::people_differences(rig_->drupal(), rig_->moodle());
  const std::string uid = std::to_string(people_->users()[0]);
  const std::string tid = std::to_string(people_->cohorts()[0]);
  EXPECT_THAT(before, Contains("user " + uid + " is missing in Moodle"));
  EXPECT_THAT(before, Contains("cohort " + tid + " is missing in Moodle"));
  EXPECT_THAT(before, Contains(HasSubstr("is in cohort " + tid + " only in Drupal")));
  EXPECT_THAT(before, Contains(HasSubstr("roles of user " + uid + " in course")));
}

TEST_F(CampusSync, BringsAllFiveComponentsInStepInOneRun) {
  EXPECT_EQ(differences_after_sync(), kNone);
  EXPECT_EQ(rig_->tasks("waiting") + rig_->tasks("parked") + rig_->tasks("pending"), 0);
}

TEST_F(CampusSync, FollowsEditsOfPeople) {
  ASSERT_EQ(differences_after_sync(), kNone);
  DrupalSite& drupal = rig_->drupal();
  drupal.save_user(people_->users()[0], {.base = {{"status", "0"}}});
  drupal.save({"profile", people_->profiles()[1]}, {.fields = {{"field_programme", {}}}});
  drupal.save_user(people_->users()[2], {.fields = {{"field_cohorts", {people_->cohorts()[0]}}}});
  drupal.save({"registration", people_->registrations()[3]},
              {.fields = {{"field_role", {people_->teacher_role()}}}});
  drupal.save({"registration", people_->registrations()[4]}, {.base = {{"state", "canceled"}}});
  drupal.remove("registration", {people_->registrations()[5], people_->registrations()[6]});
  drupal.save_node(campus_->courses()[2], {.fields = {{"field_lecturers", {}}}});
  drupal.remove("taxonomy_term", {people_->cohorts()[1]});
  EXPECT_EQ(differences_after_sync(), kNone);
}

TEST_F(CampusSync, FollowsTheDeletionOfAUserWhoIsInCohortsAndCourses) {
  ASSERT_EQ(differences_after_sync(), kNone);
  rig_->drupal().remove("user", {people_->users()[7]});
  EXPECT_EQ(differences_after_sync(), kNone);
}

TEST_F(CampusSync, TellsNobodysNameInTheLog) {
  rig_->moodle().change_settings([](sim::Settings& settings) { settings.debug = 32767; });
  for (const char* function : {"core_user_create_users", "enrol_manual_enrol_users",
                               "core_cohort_add_cohort_members", "core_user_update_users"}) {
    rig_->moodle().inject(sim::Fault::exception("dmlwriteexception").on(function).times(5));
  }
  rig_->drupal().save_user(people_->users()[0], {.base = {{"mail", "person.2@campus.example"}}});
  rig_->drupal().save_user(people_->users()[4], {.base = {{"name", "Person 5"}}});
  rig_->sync();
  EXPECT_GT(rig_->tasks("parked"), 0);
  EXPECT_NE(log_.str().find("MS-"), std::string::npos) << "something was said";
  for (const char* secret : {"erson.", "erson 5", "ampus.example", "Jürgen", "Müller", "O'Brien",
                             "01000", "Kraków", "simtoken"}) {
    EXPECT_EQ(log_.str().find(secret), std::string::npos) << secret << " in\n" << log_.str();
  }
}

}  // namespace
}  // namespace moodlesync
