// Several daemons on one queue, and one of them killed.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <iostream>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using std::chrono::seconds;
using testsupport::ChildProcess;
using testsupport::DaemonRig;

class InstancesTest : public testing::Test {
 protected:
  InstancesTest() {
    // The shortest lease that is allowed, so that a rescue can be waited for.
    rig_.configure("engine:\n  lease: 6s\n  claim_limit: 10\n");
    rig_.install();
  }
  std::unique_ptr<ChildProcess> another() {
    return std::make_unique<ChildProcess>(
        ChildProcess::Command{MOODLESYNC_DAEMON,
                              {"run", "--config", rig_.config().string()},
                              rig_.log().string() + ".other"});
  }
  void expect_running(int daemons) {
    ASSERT_TRUE(DaemonRig::wait_until(
        [&] { return rig_.moodle().count("core_webservice_get_site_info") >= daemons; }));
  }
  std::int64_t number(const std::string& expression) {
    return rig_.drupal().sql().number("SELECT " + expression + " FROM moodle_sync.task");
  }
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(InstancesTest, ShareTheWorkWithoutDoubles) {
  rig_.start();
  expect_running(1);
  const auto other = another();
  expect_running(2);
  rig_.campus().add_courses(120);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return rig_.differences().empty(); }));
  EXPECT_EQ(rig_.moodle().state()->courses.size() - 1, 120U);
  other->signal(SIGTERM);
  EXPECT_EQ(other->wait(seconds{30}), 0);
  EXPECT_EQ(rig_.stop(SIGTERM), 0) << "the second start did not disturb the first";
}

TEST_F(InstancesTest, DoNotNoticeWhenOneOfThemIsKilled) {
  rig_.campus().add_courses(40);
  auto gate = rig_.moodle().hold("core_course_create_courses", sim::Gate::Place::kAfterWork);
  rig_.start();
  ASSERT_TRUE(gate.wait_for(1));
  const auto killed_at = std::chrono::steady_clock::now();
  rig_.daemon().signal(SIGKILL);
  static_cast<void>(rig_.daemon().wait(seconds{10}));
  gate.release();
  EXPECT_GT(number("count(*) FILTER (WHERE state = 'running')"), 0);

  const auto other = another();
  EXPECT_TRUE(DaemonRig::wait_until([&] { return number("count(*)") == 0; }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - killed_at;
  std::cout << "kill -9 between Moodle's answer and our commit: all in step again after "
            << took.count() << " s, with a lease of 6 s\n";
  // The ids that Drupal is to show are written when the tasks are done.
  EXPECT_TRUE(DaemonRig::wait_until([&] { return rig_.differences().empty(); }));
  EXPECT_EQ(rig_.moodle().state()->courses.size() - 1, 40U) << "nothing lost, nothing twice";
  other->signal(SIGTERM);
  EXPECT_EQ(other->wait(seconds{30}), 0);
}

}  // namespace
}  // namespace moodlesync
