// What `reconcile` finds of people and of what stands in Moodle without Drupal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/reconcile_command.h"
#include "integration/commands/command_rig.h"
#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using app::ExitCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testsupport::CommandLine;
using testsupport::People;

class ReconcilePeople : public testing::Test {
 protected:
  ReconcilePeople() {
    ada_ = people_.user("ada", {{"field_cohorts", {cohort_}}});
    people_.registration(course_, ada_);
    people_.sync();
    people_.moodle().clear_calls();
  }

  /// "kind,component,source,type:id,moodle id", as a line of the CSV begins.
  static std::string row(const std::string& kind, const std::string& key, sim::Id id) {
    return kind + "," + key + "," + std::to_string(id) + ",";
  }

  People people_;
  CommandLine line_{people_.rig()};
  std::int64_t cohort_ = people_.cohort("Choir");
  std::int64_t course_ = people_.course("ALG");
  std::int64_t ada_ = 0;
};

TEST_F(ReconcilePeople, FindsNothingWhereBothSidesAgree) {
  EXPECT_EQ(line_.run(&app::reconcile), ExitCode::kOk) << line_.out() << line_.err();
  EXPECT_THAT(line_.writes(), IsEmpty());
}

TEST_F(ReconcilePeople, FindsWhoeverSomebodyTookOutOfACourseAndPutsHimBack) {
  const sim::Id enrolment = people_.enrolment(course_, ada_).id;
  people_.moodle().state()->remove_enrolment(enrolment);
  EXPECT_EQ(line_.run(&app::reconcile), ExitCode::kDiffers);
  EXPECT_THAT(line_.out(), AllOf(HasSubstr("different  enrollments/"),
                                 HasSubstr("user:" + std::to_string(people_.account(ada_).id)),
                                 HasSubstr("1 difference\n")));
  EXPECT_THAT(line_.writes(), IsEmpty());

  EXPECT_EQ(line_.run(&app::reconcile, {.fix = true}), ExitCode::kDiffers);
  people_.sync();
  EXPECT_EQ(people_.roles(course_, ada_), std::set<sim::Id>{People::kStudent});
  EXPECT_EQ(line_.run(&app::reconcile), ExitCode::kOk) << line_.out();
}

TEST_F(ReconcilePeople, NamesACourseThatIsStillToBeMadeAndItsPeopleInOneLineEach) {
  std::vector<std::int64_t> users{ada_};
  for (const char* name : {"bea", "cleo", "dora"}) users.push_back(people_.user(name));
  people_.sync();
  const std::int64_t fresh = people_.course("GEO");
  for (const std::int64_t user : users) people_.registration(fresh, user);
  EXPECT_EQ(line_.run(&app::reconcile, {.fix = true}), ExitCode::kDiffers);
  EXPECT_THAT(line_.out(), AllOf(HasSubstr("missing  course/"), HasSubstr("missing  enrollments/"),
                                 HasSubstr("Moodle was not told yet: user:"),
                                 HasSubstr(" and 1 more\n"), HasSubstr("2 differences\n")));
  people_.sync();
  EXPECT_EQ(line_.run(&app::reconcile), ExitCode::kOk) << line_.out();
}

TEST_F(ReconcilePeople, NamesWhatBearsOurIdnumbersAndHasNoEntity) {
  const sim::Id course = people_.moodle().create_course({.shortname = "OLD", .idnumber = "9001"});
  const sim::Id account = people_.moodle().create_user(
      {.username = "ghost", .email = "ghost@example.org", .idnumber = "9002"});
  const sim::Id cohort =
      people_.moodle().state()->cohorts.insert({.name = "X", .idnumber = "9003"});
  people_.moodle().create_course({.shortname = "HAND", .idnumber = "SIS-9004"});
  people_.moodle().change_settings([](sim::Settings& settings) {
    settings.functions = {"core_webservice_get_site_info",
                          "core_course_get_categories",
                          "core_course_get_courses_by_field",
                          "core_user_get_users_by_field",
                          "core_user_get_users",
                          "core_enrol_get_enrolled_users",
                          "core_cohort_get_cohorts"};
  });
  EXPECT_EQ(line_.run(&app::reconcile, {.csv = true}), ExitCode::kDiffers) << line_.err();
  EXPECT_THAT(line_.out(),
              AllOf(HasSubstr(row("orphaned", "course,course,node:9001", course)),
                    HasSubstr(row("orphaned", "users,users,user:9002", account)),
                    HasSubstr(row("orphaned", "cohorts,cohorts,taxonomy_term:9003", cohort)),
                    Not(HasSubstr("9004"))));
}

TEST_F(ReconcilePeople, NamesASecondAccountWithOneIdnumber) {
  const sim::Id twin = people_.moodle().create_user(
      {.username = "ada2", .email = "ada2@example.org", .idnumber = std::to_string(ada_)});
  EXPECT_EQ(line_.run(&app::reconcile, {.csv = true}), ExitCode::kDiffers) << line_.err();
  EXPECT_THAT(
      line_.out(),
      AllOf(HasSubstr(row("duplicate", "users,users,user:" + std::to_string(ada_), twin)),
            HasSubstr("that is " + std::to_string(people_.account(ada_).id) + " in Moodle")));
}

TEST_F(ReconcilePeople, LooksOnlyAtTheComponentThatIsAskedFor) {
  people_.moodle().create_course({.shortname = "OLD", .idnumber = "9001"});
  EXPECT_EQ(line_.run(&app::reconcile, {.selection = {.component = "users"}}), ExitCode::kOk)
      << line_.out();
}

TEST_F(ReconcilePeople, SaysWhatItCouldNotListForWantOfAFunction) {
  EXPECT_EQ(line_.run(&app::reconcile), ExitCode::kOk) << line_.out();
  EXPECT_THAT(line_.err(), AllOf(HasSubstr("Not looked for"), HasSubstr("cohorts/cohorts"),
                                 HasSubstr("core_cohort_search_cohorts")));
}

}  // namespace
}  // namespace moodlesync
