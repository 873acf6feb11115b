// What `check` finds out from a Moodle about the rights of the token's account.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/check.h"
#include "app/findings.h"
#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using testing::HasSubstr;
using testing::Not;
using testsupport::People;
using testsupport::SyncRig;

/// What `check` says of Moodle while the account lacks these capabilities.
std::string check_without(SyncRig& rig, const std::set<std::string>& capabilities) {
  rig.moodle().change_settings([&](sim::Settings& settings) {
    settings.account_is_admin = false;
    settings.missing_capabilities = capabilities;
  });
  app::Findings findings;
  app::check_moodle(rig.wiring().settings(), rig.rooms(), findings);
  std::ostringstream text;
  findings.print_text(text);
  return text.str();
}

void allow_to_search_cohorts(SyncRig& rig) {
  rig.moodle().change_settings([](sim::Settings& settings) {
    settings.functions = {"core_webservice_get_site_info", "core_user_get_users_by_field",
                          "core_cohort_search_cohorts"};
  });
}

TEST(CheckSync, NamesEveryCapabilityThatMoodleShowsToBeMissing) {
  People people({.users = "        delete: delete\n"});
  for (const char* capability : {"moodle/user:update", "moodle/user:delete",
                                 "moodle/user:viewalldetails", "moodle/site:viewuseridentity"}) {
    EXPECT_THAT(check_without(people.rig(), {capability}),
                HasSubstr(std::string("lacks the capability ") + capability + "\n"));
  }
  SyncRig campus;
  EXPECT_THAT(check_without(campus, {"moodle/category:manage"}),
              HasSubstr("lacks the capability moodle/category:manage\n"));
}

TEST(CheckSync, AsksForCohortsWhereTheServiceCanSearchThem) {
  const std::set<std::string> both{"moodle/cohort:view", "moodle/cohort:manage"};
  People people;
  EXPECT_THAT(check_without(people.rig(), both), Not(HasSubstr("lacks the capability")));
  allow_to_search_cohorts(people.rig());
  EXPECT_THAT(check_without(people.rig(), both),
              HasSubstr("lacks the capability moodle/cohort:view\n"));
}

TEST(CheckSync, ChangesNothingInMoodle) {
  People people({.users = "        delete: delete\n"});
  const std::size_t before = people.accounts();
  EXPECT_THAT(check_without(people.rig(), {}), Not(HasSubstr("lacks the capability")));
  EXPECT_EQ(people.accounts(), before);
  for (const char* function : {"core_user_delete_users", "core_user_update_users"}) {
    for (const sim::Call& call : people.moodle().calls(function))
      for (const sim::FormVariable& variable : call.variables())
        EXPECT_FALSE(variable.name.starts_with("user")) << variable.name;
    EXPECT_EQ(people.moodle().count(function), 1) << "asked once, without any row";
  }
}

TEST(CheckSync, RemindsOfTheWelcomeMessageBeforeAFirstLoad) {
  People people;
  EXPECT_THAT(check_without(people.rig(), {}), HasSubstr("Send course welcome message: No"));
  people.moodle().change_settings(
      [](sim::Settings& settings) { settings.version = sim::Version::k41; });
  EXPECT_THAT(check_without(people.rig(), {}), Not(HasSubstr("welcome message")));
}

}  // namespace
}  // namespace moodlesync
