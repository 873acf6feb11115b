#include "e2e/demo/stage.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "support/campus/people_comparison.h"

namespace moodlesync::demo {

namespace {

using testsupport::Campus;
using testsupport::CampusPeople;
using testsupport::DaemonRig;

constexpr int kUsers = 2000;
constexpr int kRegistrationsEach = 3;
constexpr std::chrono::seconds kEditMayTake{60};
constexpr std::chrono::seconds kLoadMayTake{600};

/// A quick Moodle: what a real one takes per row would only show how long it takes.
sim::Latency latency() {
  return {.per_request = std::chrono::milliseconds{10},
          .per_row = std::chrono::microseconds{500},
          .per_call_of = {{"core_course_duplicate_course", std::chrono::milliseconds{300}}}};
}

}  // namespace

Stage::Stage() : rig_(MOODLESYNC_DAEMON, latency()), people_(rig_.campus()) {
  rig_.configure("", Campus::components_yaml(rig_.trash_bin()) + CampusPeople::components_yaml());
}

void Stage::build() {
  step("A Drupal site on a PostgreSQL of its own, and a Moodle at " + moodle().url());
  campus().add_sections();
  campus().add_templates(3);
  campus().add_courses(200);
  people_.add_cohorts(30);
  people_.add_roles();
  people_.add_users(kUsers);
  people_.add_registrations(kRegistrationsEach);
  people_.add_participants();
  say(std::to_string(campus().sections().size()) + " categories on four levels, " +
      std::to_string(campus().courses().size()) + " courses (every 20th from one of 3 templates),");
  say(std::to_string(people_.users().size()) + " users with profiles in " +
      std::to_string(people_.cohorts().size()) + " cohorts, " +
      std::to_string(people_.registrations().size()) +
      " registrations with three roles, and each course's");
  say("lecturers and assistant; with names like 'Künste & Medien' and '<b>Ökonomie</b>'.");
}

void Stage::step(const std::string& title) { std::printf("\n%d. %s\n", ++steps_, title.c_str()); }

void Stage::say(const std::string& text) { std::printf("   %s\n", text.c_str()); }

void Stage::fail(const std::string& why) {
  constexpr std::size_t kMost = 40;
  std::printf("FAILED: %s\n", why.c_str());
  const auto all = differences();
  for (std::size_t i = 0; i < std::min(all.size(), kMost); ++i) say(all[i]);
  if (all.size() > kMost) say("and " + std::to_string(all.size() - kMost) + " more");
  const std::string log = rig_.log_text();
  constexpr std::size_t kLastOfLog = 8000;
  std::printf("The end of the daemon's log:\n%s\n",
              log.substr(log.size() - std::min(log.size(), kLastOfLog)).c_str());
}

void Stage::edit(const std::string& what, const std::function<void()>& save,
                 const std::function<bool()>& arrived) {
  save();
  const auto saved = Clock::now();
  const bool there = DaemonRig::wait_until(arrived, kEditMayTake);
  // Columns, not bytes.
  const auto width = static_cast<int>(std::ranges::count_if(
      what, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  std::printf("   %s%*s %s after %5.0f ms\n", what.c_str(), std::max(0, 66 - width), "",
              there ? "there" : "NOT THERE", seconds_since(saved) * 1000);
  expect(there);
}

bool Stage::is_idle() {
  return drupal().sql().number(
             "SELECT (SELECT count(*) FROM moodle_sync.change) + "
             "(SELECT count(*) FROM moodle_sync.task) + "
             "(SELECT count(*) FROM moodle_sync.link WHERE write_back = 1)") == 0;
}

bool Stage::is_in_step() { return is_idle() && differences().empty(); }

bool Stage::wait_until_in_step() {
  const auto until = Clock::now() + kLoadMayTake;
  while (!is_in_step()) {
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return true;
}

bool Stage::wait_until_idle() {
  return DaemonRig::wait_until([this] { return is_idle(); }, kEditMayTake);
}

std::vector<std::string> Stage::differences() {
  std::vector<std::string> all = rig_.differences();
  for (std::string& one : testsupport::people_differences(drupal(), moodle()))
    all.push_back(std::move(one));
  return all;
}

sim::Category Stage::category(std::int64_t tid) {
  const auto state = moodle().state();
  const sim::Category* found = state->category_with_idnumber(std::to_string(tid));
  return found == nullptr ? sim::Category{} : *found;
}

sim::Course Stage::course(std::int64_t nid) {
  const auto state = moodle().state();
  const sim::Course* found = state->course_with_idnumber(std::to_string(nid));
  return found == nullptr ? sim::Course{} : *found;
}

sim::Cohort Stage::cohort(std::int64_t tid) {
  const auto state = moodle().state();
  const sim::Cohort* found = state->cohort_with_idnumber(std::to_string(tid));
  return found == nullptr ? sim::Cohort{} : *found;
}

sim::User Stage::user(std::int64_t uid) {
  const auto state = moodle().state();
  const auto& ids = state->users.with(sim::Site::kUserIdnumber, std::to_string(uid));
  return ids.empty() ? sim::User{} : *state->users.find(*ids.begin());
}

sim::Enrolment Stage::enrolment(std::int64_t nid, std::int64_t uid) {
  const sim::Id in = course(nid).id;
  const sim::Id who = user(uid).id;
  const auto state = moodle().state();
  const sim::Enrolment* found = state->enrolment_of(in, who);
  return found == nullptr ? sim::Enrolment{} : *found;
}

std::set<sim::Id> Stage::roles(std::int64_t nid, std::int64_t uid) {
  const sim::Id in = course(nid).id;
  const sim::Id who = user(uid).id;
  return moodle().state()->roles_of(in, who);
}

bool Stage::is_member(std::int64_t tid, std::int64_t uid) {
  const sim::Id in = cohort(tid).id;
  const sim::Id who = user(uid).id;
  return moodle().state()->is_member(in, who);
}

double Stage::seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace moodlesync::demo
