#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/campus/campus_people.h"
#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync::demo {

/// What the demo plays on: a Drupal site with a university on it, a Moodle, the daemon between them
/// as a process of its own, and the words in which it is told.
class Stage {
 public:
  Stage();

  /// Fills the Drupal site and says with what.
  void build();

  /// A numbered heading, and lines below it.
  void step(const std::string& title);
  static void say(const std::string& text);
  /// Says how it ended, what differs and what the daemon logged.
  void fail(const std::string& why);

  /// Does something as an editor, waits until `arrived`, and says how long that took. What never
  /// arrives fails the demo at its end.
  void edit(const std::string& what, const std::function<void()>& save,
            const std::function<bool()>& arrived);
  void expect(bool is_so) { is_well_ = is_well_ && is_so; }
  [[nodiscard]] bool is_well() const { return is_well_; }

  /// Nothing is owed to Moodle or to Drupal, and both sides agree.
  [[nodiscard]] bool is_in_step();
  /// Waits for that; long, because a machine may be busy.
  [[nodiscard]] bool wait_until_in_step();
  /// Waits until nothing is owed, whatever both sides hold.
  [[nodiscard]] bool wait_until_idle();
  /// Every difference between both sides, entity by entity.
  [[nodiscard]] std::vector<std::string> differences();

  [[nodiscard]] testsupport::DaemonRig& rig() { return rig_; }
  [[nodiscard]] testsupport::DrupalSite& drupal() { return rig_.drupal(); }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }
  [[nodiscard]] testsupport::Campus& campus() { return rig_.campus(); }
  [[nodiscard]] testsupport::CampusPeople& people() { return people_; }

  // As Moodle has them now, by their ids in Drupal; with id 0 when it has none.
  [[nodiscard]] sim::Category category(std::int64_t tid);
  [[nodiscard]] sim::Course course(std::int64_t nid);
  [[nodiscard]] sim::Cohort cohort(std::int64_t tid);
  [[nodiscard]] sim::User user(std::int64_t uid);
  [[nodiscard]] sim::Enrolment enrolment(std::int64_t nid, std::int64_t uid);
  [[nodiscard]] std::set<sim::Id> roles(std::int64_t nid, std::int64_t uid);
  [[nodiscard]] bool is_member(std::int64_t tid, std::int64_t uid);

  using Clock = std::chrono::steady_clock;
  [[nodiscard]] static double seconds_since(Clock::time_point start);

 private:
  [[nodiscard]] bool is_idle();

  testsupport::DaemonRig rig_;
  testsupport::CampusPeople people_;
  int steps_ = 0;
  bool is_well_ = true;
};

}  // namespace moodlesync::demo
