// How many calls to Moodle a load takes: the regression guard for batching, which counts and does
// not time.
#include <gtest/gtest.h>

#include "support/sync_rig/peopled_campus.h"

namespace moodlesync {
namespace {

constexpr int kCourses = 100;
constexpr int kUsers = 400;
constexpr int kPerUser = 3;

class CallCount : public testing::Test {
 protected:
  CallCount() {
    site_.campus().add_sections();
    site_.campus().add_courses(kCourses, 0);
    site_.people().add_cohorts(20);
    site_.people().add_roles();
    site_.people().add_users(kUsers);
    site_.people().add_registrations(kPerUser);
  }

  void sync() {
    const engine::RunEnd end = site_.rig().sync();
    ASSERT_EQ(end.kind, engine::RunEnd::Kind::kIdle) << end.message;
  }

  /// Requests of the function since the calls were last cleared.
  int calls(const std::string& function) { return site_.moodle().count(function); }

  testsupport::PeopledCampus site_{{.keeps_running = true}};
};

/// Twice what full calls would take: rows come in waves, a wave's last calls are shared among the
/// connections, and every now and then another size is tried.
constexpr int most(std::size_t rows, int rows_per_call) {
  return 2 * (static_cast<int>(rows) / rows_per_call + 2);
}

TEST_F(CallCount, OfAFirstLoadIsOfTheOrderOfFullCalls) {
  sync();
  auto& moodle = site_.moodle();
  EXPECT_EQ(moodle.rows("core_user_create_users"), kUsers);
  EXPECT_LE(calls("core_user_create_users"), most(kUsers, 76));
  EXPECT_EQ(moodle.rows("core_course_create_courses"), kCourses);
  EXPECT_LE(calls("core_course_create_courses"), most(kCourses, 10));
  const std::size_t enrolments = moodle.rows("enrol_manual_enrol_users");
  EXPECT_GE(enrolments, kUsers * (kPerUser - 1));
  EXPECT_LE(calls("enrol_manual_enrol_users"), most(enrolments, 50));
  EXPECT_LE(calls("core_cohort_add_cohort_members"),
            most(moodle.rows("core_cohort_add_cohort_members"), 100));
  EXPECT_EQ(calls("core_enrol_get_enrolled_users"), 0) << "those courses were made just now";
  EXPECT_LE(calls(""), 80);
}

TEST_F(CallCount, IsZeroWhereNothingDiffers) {
  sync();
  site_.moodle().clear_calls();
  site_.rig().drupal().sql().script(
      "UPDATE users SET uuid = uuid WHERE uid > 0; UPDATE node SET uuid = uuid;"
      "UPDATE taxonomy_term_data SET uuid = uuid; UPDATE profile SET uuid = uuid;"
      "UPDATE registration SET state = state");
  sync();
  EXPECT_EQ(calls(""), 0);
}

TEST_F(CallCount, OfRenamedPeopleIsThatOfFullCalls) {
  sync();
  site_.moodle().clear_calls();
  site_.rig().drupal().sql().script(
      "UPDATE user__field_last_name SET field_last_name_value = field_last_name_value || ' II';"
      "UPDATE users SET uuid = uuid WHERE uid > 0");
  sync();
  EXPECT_EQ(site_.moodle().rows("core_user_update_users"), kUsers);
  EXPECT_LE(calls("core_user_update_users"), most(kUsers, 100));
  EXPECT_EQ(calls("core_user_update_users"), calls(""));
}

}  // namespace
}  // namespace moodlesync
