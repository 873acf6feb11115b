#pragma once

#include "app/command_line.h"
#include "app/command_start.h"
#include "app/exit_code.h"
#include "app/rooms.h"

namespace moodlesync::app {

/// `healthcheck [--ready]`: asks the daemon of this configuration, on this machine or in this
/// container, whether its loop goes round (/livez), or whether it can do its work (/readyz).
///
/// kOk: it says yes. kUnavailable: it says no, or nothing. kConfig: there is nobody to ask.
ExitCode healthcheck(const Invocation& invocation, const Rooms& rooms, Console console);

}  // namespace moodlesync::app
