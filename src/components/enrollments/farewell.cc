#include "components/enrollments/farewell.h"

#include <algorithm>

namespace moodlesync::enrollments {

namespace {

Farewell as_configured(Removal removal) {
  switch (removal) {
    case Removal::kSuspend:
      break;
    case Removal::kUnenrol:
      return Farewell::kUnenrol;
    case Removal::kUnassign:
      return Farewell::kUnassign;
  }
  return Farewell::kSuspend;
}

}  // namespace

Farewell farewell(const EnrollmentsSource& source, const Held& held, bool by_registration) {
  if (held.opted_out) return Farewell::kForget;
  if (held.span && held.span->suspended) return Farewell::kNothing;
  if (!by_registration) return Farewell::kAskRoster;
  // Whoever may never have been enrolled must not be enrolled only to be suspended.
  const bool is_certain = !held.roles.empty();
  if (source.removal == Removal::kSuspend && !is_certain) return Farewell::kAskRoster;
  return as_configured(source.removal);
}

Farewell farewell_of_enrolled(const EnrollmentsSource& source, const Held& held,
                              bool by_registration, const std::set<MoodleId>* roles) {
  if (roles == nullptr) return Farewell::kForget;
  if (by_registration) return as_configured(source.removal);
  const bool only_ours = std::ranges::all_of(*roles, [&held](MoodleId role) {
    return held.roles.contains(role) || held.doubtful.contains(role);
  });
  return only_ours ? Farewell::kUnenrol : as_configured(source.participant_removal);
}

}  // namespace moodlesync::enrollments
