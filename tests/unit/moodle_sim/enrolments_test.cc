#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::sim {
namespace {

class Enrolments : public ::testing::Test {
 protected:
  Reply enrol(Id user, const std::string& role, const Variables& more = {}) {
    Variables params = {{"enrolments[0][roleid]", role},
                        {"enrolments[0][userid]", std::to_string(user)},
                        {"enrolments[0][courseid]", std::to_string(course_)}};
    for (const auto& [field, value] : more) {
      params.emplace_back("enrolments[0][" + field + "]", value);
    }
    return client_.call("enrol_manual_enrol_users", params);
  }

  MoodleSim moodle_;
  RestClient client_{moodle_.url(), moodle_.token()};
  const Id course_ = moodle_.create_course({.fullname = "c", .shortname = "c"});
  const Id teacher_ = moodle_.create_user({.username = "t", .email = "t@example.com"});
  const Id student_ = moodle_.create_user({.username = "s", .email = "s@example.com"});
};

TEST_F(Enrolments, ARepeatWithoutTimesResetsThemAndAddsTheRole) {
  ASSERT_EQ(enrol(student_, "5", {{"timeend", "2000000000"}, {"suspend", "1"}}).body, "null");
  ASSERT_EQ(enrol(student_, "4").body, "null");

  const auto site = moodle_.state();
  EXPECT_EQ(site->enrolments.size(), 1U);
  EXPECT_EQ(site->enrolment_of(course_, student_)->timeend, 0);
  EXPECT_EQ(site->enrolment_of(course_, student_)->suspended, 0);
  EXPECT_EQ(site->roles_of(course_, student_), (std::set<Id>{4, 5}));
}

TEST_F(Enrolments, EveryCallForACourseWithATeacherMailsTheUserAgain) {
  {
    const auto site = moodle_.state();
    Course course = *site->courses.find(course_);
    course.welcome_message = true;
    site->courses.update(course);
  }

  (void)enrol(teacher_, "3");
  (void)enrol(student_, "5");
  (void)enrol(student_, "5");

  EXPECT_EQ(moodle_.state()->mails.size(), 2U);
  moodle_.change_settings([](Settings& settings) { settings.mail_works = false; });
  EXPECT_EQ(enrol(student_, "4").errorcode(), "Message was not sent.");
  EXPECT_EQ(moodle_.state()->roles_of(course_, student_), (std::set<Id>{4, 5}));
}

TEST_F(Enrolments, AnUnknownUserIsACodingErrorBeforeMoodleFive) {
  moodle_.change_settings([](Settings& settings) { settings.version = Version::k45; });

  EXPECT_EQ(enrol(12345, "5").errorcode(), "codingerror");
}

TEST_F(Enrolments, UnassigningTheLastRoleLeavesTheEnrolment) {
  (void)enrol(student_, "5");

  const Reply reply = client_.call("core_role_unassign_roles",
                                   {{"unassignments[0][roleid]", "5"},
                                    {"unassignments[0][userid]", std::to_string(student_)},
                                    {"unassignments[0][contextlevel]", "course"},
                                    {"unassignments[0][instanceid]", std::to_string(course_)}});

  EXPECT_EQ(reply.body, "null");
  EXPECT_NE(moodle_.state()->enrolment_of(course_, student_), nullptr);
  EXPECT_TRUE(moodle_.state()->roles_of(course_, student_).empty());
}

TEST_F(Enrolments, CohortLookUpsAreThereOnceTheServiceHasThem) {
  const Id cohort = moodle_.create_cohort({.name = "First", .idnumber = "c1"});
  const Variables query = {{"query", "fir"}, {"context[contextlevel]", "system"}};
  EXPECT_EQ(client_.call("core_cohort_search_cohorts", query).errorcode(), "accessexception");

  moodle_.change_settings(
      [](Settings& settings) { settings.functions = {"core_cohort_search_cohorts"}; });
  const Reply found = client_.call("core_cohort_search_cohorts", query);

  ASSERT_EQ(found.json["cohorts"].size(), 1U);
  EXPECT_EQ(found.json["cohorts"][0]["id"], cohort);
}

TEST_F(Enrolments, ACohortMemberIdThatIsNoNumberUndoesTheCall) {
  const Id cohort = moodle_.create_cohort({.name = "First", .idnumber = "c1"});
  Variables params;
  for (const auto& [index, user] : Variables{{"0", std::to_string(student_)}, {"1", "abc"}}) {
    params.emplace_back("members[" + index + "][cohorttype][type]", "id");
    params.emplace_back("members[" + index + "][cohorttype][value]", std::to_string(cohort));
    params.emplace_back("members[" + index + "][usertype][type]", "id");
    params.emplace_back("members[" + index + "][usertype][value]", user);
  }

  EXPECT_EQ(client_.call("core_cohort_add_cohort_members", params).errorcode(), "Error");
  EXPECT_FALSE(moodle_.state()->is_member(cohort, student_));
}

TEST_F(Enrolments, OfOneUserInTwoCallsWaitForEachOther) {
  using namespace std::chrono_literals;
  moodle_.set_latency(50ms, 0ms);
  const Id other = moodle_.create_course({.fullname = "d", .shortname = "d"});
  const auto enrol_in = [&](Id course) {
    RestClient client(moodle_.url(), moodle_.token());
    return client
        .call("enrol_manual_enrol_users", {{"enrolments[0][roleid]", "5"},
                                           {"enrolments[0][userid]", std::to_string(student_)},
                                           {"enrolments[0][courseid]", std::to_string(course)}})
        .body;
  };
  const auto start = std::chrono::steady_clock::now();

  auto first = std::async(std::launch::async, enrol_in, course_);
  auto second = std::async(std::launch::async, enrol_in, other);

  EXPECT_EQ(first.get(), "null");
  EXPECT_EQ(second.get(), "null");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
}

}  // namespace
}  // namespace moodlesync::sim
