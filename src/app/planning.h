#pragma once

#include <string>
#include <string_view>

#include "app/command_start.h"
#include "app/progress.h"
#include "app/wiring.h"
#include "engine/planner.h"

namespace moodlesync::app {

/// What both `plan` and `reconcile` begin with: the configuration, connected and found to fit
/// Drupal's fields, and a word about a guard that refuses.
///
/// Nothing when the command is over; `end` says with what.
[[nodiscard]] std::unique_ptr<Wiring> connect_for_plan(const Invocation& invocation,
                                                       const Rooms& rooms, Console console,
                                                       ExitCode& end);

/// Plans for every entity of the selection. `shown` gets how far it has come.
[[nodiscard]] Status plan_all(Survey& survey, const Selection& selection, engine::Planner& planner,
                              Progress& shown);

/// `text`, or where it is a planned id: whose it would be.
[[nodiscard]] std::string named(std::string_view text, const engine::Planner& planner);

}  // namespace moodlesync::app
