#pragma once

#include "engine/engine_settings.h"
#include "engine/retry.h"
#include "moodlesync/component.h"
#include "moodlesync/outcome.h"
#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// A conversation that has ended.
struct Conclusion {
  Task task;
  Outcome outcome;
  Link link;                    ///< As the conversation left it.
  bool owe_write_back = false;  ///< The entity's field does not hold the link's id.
  TaskKey waits_on;             ///< For Waiting: the other task, its source found.
  bool during_outage = false;   ///< Moodle as a whole was away when it ended.
};

/// The one place that turns an outcome into a task state; the table is in docs/architecture.md,
/// "Outcomes".
[[nodiscard]] Settlement decide_settlement(const Conclusion& conclusion,
                                           const EngineSettings& settings, Random& random);

}  // namespace moodlesync::engine
