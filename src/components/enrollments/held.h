#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "moodlesync/ids.h"
#include "moodlesync/link.h"

namespace moodlesync::enrollments {

/// When an enrolment counts, in Unix seconds (0: no limit), and whether it is suspended.
struct Span {
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool suspended = false;
  bool operator==(const Span&) const = default;
};

/// What Moodle holds of one user in a course by our doing, as far as we know.
struct Held {
  std::int64_t user = 0;  ///< In Drupal.
  std::set<MoodleId> roles;
  /// Roles that a lost answer may have given or taken; never one of `roles`.
  std::set<MoodleId> doubtful;
  std::optional<Span> span;  ///< Empty: not known, a lost answer may have changed it.
  bool by_registration = false;
  bool by_participants = false;
  /// Was opted out when last seen: nothing of his is ours to change or to remove.
  bool opted_out = false;

  bool operator==(const Held&) const = default;
  [[nodiscard]] bool is_nothing() const { return roles.empty() && doubtful.empty(); }
  /// Known to count at all times.
  [[nodiscard]] bool is_open_ended() const { return span && *span == Span{}; }
  /// He has been found to have nothing in the course any more.
  void forget() {
    roles.clear();
    span.reset();
  }
  /// Nobody knows any more whether he has `role`.
  void doubt(MoodleId role) {
    roles.erase(role);
    doubtful.insert(role);
  }
  void doubt_all() {
    doubtful.insert(roles.begin(), roles.end());
    roles.clear();
    span.reset();
  }
};

/// How the keys in Link::sent begin that stand for one user each.
inline constexpr std::string_view kUserKey = "user:";

/// By the user's id in Moodle.
using HeldUsers = std::map<MoodleId, Held>;

[[nodiscard]] std::string format(const Held& held);
/// Empty when `text` is not what format() writes: then it is not known what Moodle holds.
[[nodiscard]] std::optional<Held> parse_held(std::string_view text);

/// What the link says of `course`. Nothing when it speaks of another one: the entity has been given
/// a new course, in which nobody is enrolled yet.
[[nodiscard]] HeldUsers read_held(const Link& link, MoodleId course);
/// Whether the link knows anything of `course`.
[[nodiscard]] bool knows_course(const Link& link, MoodleId course);
/// Whether the link knows of anybody, in whatever course.
[[nodiscard]] bool knows_anybody(const Link& link);
/// What the link says of `users` in `course`, in place of all that it has said.
[[nodiscard]] decltype(Link::sent) written_held(MoodleId course, const HeldUsers& users);

}  // namespace moodlesync::enrollments
