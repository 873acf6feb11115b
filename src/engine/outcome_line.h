#pragma once

#include <string>

#include "engine/crew.h"
#include "engine/settlement.h"

namespace moodlesync::engine {

/// The one log line about an outcome, with its code and its fields (component, source, entity,
/// moodle_id, attempt, duration_ms and why).
struct OutcomeLine {
  enum class Level {
    kDebug,    ///< Nothing happened, or something that has a line of its own (outage, brake).
    kRoutine,  ///< All is as it should be: info, or debug where that would be too much.
    kWarning,
    kError,
  };
  Level level = Level::kDebug;
  std::string text;
};
[[nodiscard]] OutcomeLine outcome_line(const Crew::Finished& finished,
                                       const Settlement& settlement);

}  // namespace moodlesync::engine
