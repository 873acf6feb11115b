#pragma once

#include <string>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/settings.h"

namespace moodlesync::enrollments {

/// What becomes of somebody whose last reason to be in the course is gone.
enum class Removal {
  kSuspend,   ///< The enrolment stays, suspended: grades and groups are kept.
  kUnenrol,   ///< The enrolment goes, with everything that Moodle keeps under it.
  kUnassign,  ///< Only our roles go; the enrolment stays active.
};

/// Registrations of one type.
struct RegistrationRule {
  std::string type;
  std::string user_path;
  std::string state_path;
  std::string role_path;   ///< Empty: everybody gets the default role.
  std::string start_path;  ///< Empty: no limit.
  std::string end_path;
  std::vector<std::string> active_states;  ///< Empty: all of them.
  bool follows_workflow = false;  ///< The registration's workflow says which states are active.
};

/// A field of the course that refers to users.
struct ParticipantsRule {
  std::string path;
  MoodleId role;
};

/// The courses of one bundle and what makes somebody a member of them.
struct EnrollmentsSource {
  SourceSpec spec;
  std::vector<RegistrationRule> registrations;
  std::vector<ParticipantsRule> participants;
  MoodleId default_role{5};
  Removal removal = Removal::kSuspend;              ///< kSuspend or kUnenrol.
  Removal participant_removal = Removal::kSuspend;  ///< kSuspend or kUnassign.
};

/// Reads `components.enrollments`; faults are reported through `settings`.
[[nodiscard]] std::vector<EnrollmentsSource> read_sources(Section& settings);

}  // namespace moodlesync::enrollments
