#pragma once

#include "app/rooms.h"

namespace moodlesync::app {

/// The whole program behind main(): reads the command line, does what it says, and returns the exit
/// code. An exception that gets this far ends in kInternal.
[[nodiscard]] int run_program(int argc, const char* const* argv, const Rooms& rooms);

/// The real rooms: the components of this build, PostgreSQL, Moodle over HTTP.
[[nodiscard]] Rooms standard_rooms();

}  // namespace moodlesync::app
