// No transaction, and so no snapshot and no lock, is open while Moodle works.
#include <gtest/gtest.h>

#include <thread>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::SyncRig;

TEST(Transactions, NoneIsOpenAcrossACallToMoodle) {
  SyncRig rig;
  rig.campus().add_courses(20);
  auto gate = rig.moodle().hold("core_course_create_courses");
  std::thread daemon([&] { rig.sync(); });
  ASSERT_TRUE(gate.wait_for(1));
  testsupport::Session onlooker(rig.drupal().connection());
  const auto sessions = onlooker.run(
      "SELECT state, xact_start IS NULL, backend_xmin IS NULL FROM pg_stat_activity WHERE datname "
      "= "
      "current_database() AND application_name LIKE 'moodle-syncd%'");
  EXPECT_GE(sessions.size(), 1U);
  for (const auto& session : sessions) {
    EXPECT_EQ(session[0], "idle");
    EXPECT_EQ(session[1], "t") << "a transaction is open";
    EXPECT_EQ(session[2], "t") << "a snapshot holds up vacuum";
  }
  gate.release();
  daemon.join();
  EXPECT_EQ(rig.moodle().state()->courses.size(), 21U);
}

}  // namespace
}  // namespace moodlesync
