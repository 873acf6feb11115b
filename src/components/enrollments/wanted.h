#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "components/enrollments/enrollments_settings.h"
#include "components/enrollments/held.h"
#include "moodlesync/component.h"

namespace moodlesync::enrollments {

/// What one user is to have in the course: the union of all his active reasons to be there.
struct Wanted {
  std::int64_t user = 0;  ///< In Drupal.
  std::set<MoodleId> roles;
  /// The widest of his reasons: one without a limit lifts the limits of the others.
  Span span;
  bool by_registration = false;
  bool by_participants = false;
};

/// A reason that cannot be understood; its user is left as he is.
struct Unreadable {
  std::int64_t user = 0;
  std::string what;
};

/// Who is to be in a course.
struct WantedUsers {
  std::map<MoodleId, Wanted> users;  ///< By the user's id in Moodle.
  /// With a registration in a state that does not count: the registrations' rule for removals is
  /// theirs.
  std::set<MoodleId> inactive;
  /// In Drupal: without a Moodle id yet, opted out, or unreadable. Left exactly as they are.
  std::set<std::int64_t> untouched;
  std::set<std::int64_t> opted_out;  ///< Those of `untouched` that will not get a Moodle id.
  std::optional<Reference> pending;  ///< Of those that wait for a Moodle id, the newest.
  std::vector<Unreadable> unreadable;
};

/// Reads the reasons out of the course, its registrations and its participants fields. A reference
/// to nobody (a deleted account, an anonymous registration) is no reason.
[[nodiscard]] WantedUsers wanted_users(const EnrollmentsSource& source,
                                       const Conversation& conversation);

}  // namespace moodlesync::enrollments
