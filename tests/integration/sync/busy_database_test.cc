// While PostgreSQL takes its time, Moodle does not wait for us.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/drupal_site/session.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::SyncRig;

constexpr const char* kCreate = "core_course_create_courses";

TEST(BusyDatabase, DoesNotKeepMoodleWaitingForTheNextCall) {
  SyncRig rig(SyncRig::Options{});
  rig.campus().add_courses(60, 0);  // Three calls, one at a time.
  testsupport::Session other(rig.drupal().connection());
  sim::Gate gate = rig.moodle().hold(kCreate);
  engine::RunEnd end;
  std::jthread daemon([&] { end = rig.sync(); });
  ASSERT_TRUE(gate.wait_for(1));
  other.begin();
  other.run("LOCK TABLE moodle_sync.task IN EXCLUSIVE MODE");
  gate.release();
  // What the first call has made cannot be stored until the table is free again.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (rig.moodle().count(kCreate) < 3 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(rig.moodle().count(kCreate), 3);
  other.commit();
  daemon.join();
  EXPECT_EQ(end.kind, engine::RunEnd::Kind::kIdle) << end.message;
  EXPECT_TRUE(rig.differences_after_sync().empty());
}

}  // namespace
}  // namespace moodlesync
