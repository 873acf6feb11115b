#pragma once

#include <memory>
#include <optional>
#include <ostream>

#include "app/command_line.h"
#include "app/rooms.h"
#include "app/settings.h"
#include "ops/terminal.h"

namespace moodlesync::app {

/// Standard output for data, standard error for everything about it.
struct Console {
  std::ostream& out;
  std::ostream& err;
  ops::Look look = {};  ///< Of standard output.
};

/// Says what failed and what to do next; returns what the program's end is to say.
ExitCode complain(const Error& error, Console console);

/// The configuration; nothing when it has faults, which are then printed all at once.
[[nodiscard]] std::optional<Settings> settings_or_complaint(const Invocation& invocation,
                                                            const Rooms& rooms, Console console);

/// Drupal's database as the configuration names it, with its sources.
[[nodiscard]] Result<std::unique_ptr<DrupalDatabase>> open(const Settings& settings,
                                                           const Rooms& rooms);

}  // namespace moodlesync::app
