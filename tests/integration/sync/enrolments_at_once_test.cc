// Calls that Moodle gets at the same time do not wait for each other there.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <thread>

#include "support/sync_rig/peopled_campus.h"

namespace moodlesync {
namespace {

constexpr const char* kEnrol = "enrol_manual_enrol_users";

using Names = std::set<std::string>;

/// What the rows of a call hold in `field`.
Names values(const sim::Call& call, const std::string& field) {
  Names values;
  for (const sim::FormVariable& variable : call.variables()) {
    if (variable.name.ends_with("[" + field + "]")) values.insert(variable.value);
  }
  return values;
}

Names both(const Names& one, const Names& other) {
  Names both;
  std::ranges::set_intersection(one, other, std::inserter(both, both.end()));
  return both;
}

TEST(EnrolmentsAtOnce, AreOfTheSameCoursesAndOfOtherUsers) {
  testsupport::PeopledCampus site{{}};
  // Two look-ups tell the gateway nothing of how many requests at once are too many.
  site.campus().add_courses(2, 0);
  site.people().add_roles();
  site.people().add_users(400);
  ASSERT_EQ(site.rig().sync().kind, engine::RunEnd::Kind::kIdle);
  site.people().add_registrations(2);
  sim::Gate gate = site.moodle().hold(kEnrol);
  engine::RunEnd end;
  std::jthread daemon([&] { end = site.rig().sync(); });
  EXPECT_TRUE(gate.wait_for(2));
  const std::vector<sim::Call> calls = site.moodle().calls(kEnrol);
  gate.release();
  daemon.join();
  ASSERT_GE(calls.size(), 2U);
  for (auto one = calls.begin(); one != calls.end(); ++one) {
    for (auto other = std::next(one); other != calls.end(); ++other)
      EXPECT_EQ(both(values(*one, "userid"), values(*other, "userid")), Names{});
  }
  EXPECT_NE(both(values(calls[0], "courseid"), values(calls[1], "courseid")), Names{});
  EXPECT_EQ(end.kind, engine::RunEnd::Kind::kIdle) << end.message;
  EXPECT_TRUE(site.rig().differences_after_sync().empty());
}

}  // namespace
}  // namespace moodlesync
