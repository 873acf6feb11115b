#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "components/enrollments/enrollments_settings.h"
#include "components/enrollments/held.h"
#include "components/enrollments/roster.h"
#include "components/enrollments/tally.h"
#include "components/enrollments/user_script.h"
#include "components/enrollments/wanted.h"
#include "moodlesync/component.h"

namespace moodlesync::enrollments {

/// One conversation about who is enrolled in one course.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class CourseScript {
 public:
  CourseScript(const EnrollmentsSource& source, Conversation& conversation)
      : source_(source), conversation_(conversation) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  /// Somebody who has no reason left to be in the course.
  struct Leaver {
    MoodleId user;
    Farewell farewell;
  };

  /// Why nobody can be enrolled now; nothing when the course is known in Moodle.
  [[nodiscard]] std::optional<Outcome> find_course();
  /// Fills held_ with what the link knows of the course.
  void recall();
  /// Takes over what Moodle holds already, so that nobody is mailed for nothing. An outcome: Moodle
  /// cannot be asked now, or has no such course.
  [[nodiscard]] Co<std::optional<Outcome>> take_stock();
  [[nodiscard]] bool is_stock_needed() const;
  void take_over(const Roster& active);
  /// `roles`: those of the wanted ones that he has in Moodle.
  static void take_over(const Wanted& wanted, const std::set<MoodleId>& roles, Held& held);
  void correct(const Roster& active);
  /// Fills leavers_. An outcome: Moodle has no such course.
  [[nodiscard]] Co<std::optional<Outcome>> decide_farewells();
  void leave_out_undecided();
  /// Remembers what is about to be told, so that dying on the way forgets nobody.
  [[nodiscard]] Co<Status> store_ahead();
  /// Sends all that differs, all users at once.
  [[nodiscard]] Co<Outcome> send();

  [[nodiscard]] bool is_by_registration(MoodleId user, const Held& held) const {
    return held.by_registration || wanted_.inactive.contains(user);
  }
  [[nodiscard]] Outcome unknown_course();
  [[nodiscard]] std::string about() const;

  const EnrollmentsSource& source_;
  Conversation& conversation_;
  Course course_;
  Tally tally_;
  WantedUsers wanted_;
  HeldUsers held_;
  std::vector<Leaver> leavers_;
};

}  // namespace moodlesync::enrollments
