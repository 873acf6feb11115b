#pragma once

#include <string>
#include <string_view>

#include "base/sent_values.h"
#include "components/cohorts/cohort_finder.h"
#include "components/cohorts/cohorts_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::cohorts {

/// Why a cohort is skipped that exists in Moodle under an id that nobody can tell us.
inline constexpr std::string_view kIdUnknown = "cohort_id_unknown";

/// One conversation about one term that is a cohort.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class CohortScript {
 public:
  CohortScript(const CohortSource& source, Conversation& conversation)
      : source_(source), conversation_(conversation) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  Co<Outcome> keep();
  Co<Outcome> create();
  Co<Outcome> update();
  Co<Outcome> remove();
  Co<Outcome> adopt(MoodleId id);
  Co<Outcome> settle_create_refusal(Error error);

  /// The cohort is there, but its id cannot be learned: its members are kept by idnumber.
  [[nodiscard]] Outcome skip_without_id();
  [[nodiscard]] Error about(Error error, std::string_view diagnosis = {}) const;
  /// Of our cohort; 0 while there is none.
  [[nodiscard]] MoodleId id() const;
  [[nodiscard]] std::string idnumber() const;

  const CohortSource& source_;
  Conversation& conversation_;
  base::Values wanted_;
};

}  // namespace moodlesync::cohorts
