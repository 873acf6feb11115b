#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "components/enrollments/farewell.h"
#include "components/enrollments/held.h"
#include "components/enrollments/tally.h"
#include "components/enrollments/wanted.h"
#include "moodlesync/co.h"
#include "moodlesync/moodle.h"

namespace moodlesync::enrollments {

/// Where the rows of one conversation go to.
struct Course {
  MoodleId id;
  Moodle* moodle = nullptr;
  Tally* tally = nullptr;
  bool is_new = false;  ///< Counterpart::is_new
};

/// One user's part of a conversation about a course. Notes in `held` what Moodle has taken,
/// whatever else fails; afterwards held.is_nothing() means that there is nothing to remember.
///
/// Lifetime: borrows all arguments; must outlive its coroutines.
class UserScript {
 public:
  UserScript(const Course& course, MoodleId user, Held& held)
      : course_(course), user_(user), held_(held) {}

  /// Notes why he is to be in the course. False: Moodle holds it all, so there is no need of
  /// keep().
  [[nodiscard]] static bool has_to_keep(Held& held, const Wanted& wanted);
  /// Requires: has_to_keep().
  ///
  /// Enrols with every role that he does not have yet, or else once when only times or suspension
  /// change; then takes the roles that he is no longer to have. A row that changes nothing is never
  /// sent: Moodle would mail him again.
  [[nodiscard]] Co<Done> keep(const Wanted& wanted);
  /// Requires: not kAskRoster.
  [[nodiscard]] Co<Done> leave(Farewell farewell);

  /// What will be certain of `held` while keep() or leave() is under way: what has to be remembered
  /// before Moodle is told, in case that we do not live to remember it afterwards.
  [[nodiscard]] static Held while_keeping(Held held, const Wanted& wanted);
  [[nodiscard]] static Held while_leaving(Held held, Farewell farewell);

 private:
  /// `removal` as Call::removal.
  [[nodiscard]] Co<Status> send(const Function& function, Params row,
                                std::string_view removal = {});
  /// True when Moodle has taken every row.
  [[nodiscard]] Co<bool> enrol(std::vector<MoodleId> roles, Span span);
  [[nodiscard]] Co<Done> unassign(std::vector<MoodleId> roles);
  [[nodiscard]] Co<Done> suspend();
  [[nodiscard]] Co<Done> unenrol();

  [[nodiscard]] Params enrol_row(MoodleId role, const Span& span) const;
  [[nodiscard]] Params unassign_row(MoodleId role) const;
  [[nodiscard]] Person person() const { return {held_.user, user_}; }
  void forget();

  const Course& course_;
  MoodleId user_;
  Held& held_;
};

}  // namespace moodlesync::enrollments
