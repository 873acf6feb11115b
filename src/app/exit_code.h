#pragma once

#include "moodlesync/result.h"

namespace moodlesync::app {

/// What the program's end tells scripts and the service manager; documented in docs/operator.md.
/// Numbers from 64 on are those of sysexits.h.
enum class ExitCode {
  kOk = 0,
  kGuard = 3,          ///< The database is not the site that was installed: nothing was written.
  kBrake = 4,          ///< `once`: all else is done, but the brake holds removals back.
  kDiffers = 5,        ///< `plan`: something would change; `reconcile`: something differs.
  kUsage = 64,         ///< The command line is wrong.
  kUnavailable = 69,   ///< Drupal's database or Moodle cannot be reached.
  kInternal = 70,      ///< A fault of the program's own.
  kTemporary = 75,     ///< Could not be done now; the same command may work later.
  kNoPermission = 77,  ///< A right is missing in the database or in the file system.
  kConfig = 78,        ///< The configuration, or what it relies on in Drupal or Moodle, is wrong.
};

[[nodiscard]] ExitCode exit_code_for(const Error& error);

/// The one that matters more when several things are wrong: first what forbids work at all, then
/// what a person must mend, then what may pass by itself.
[[nodiscard]] ExitCode graver(ExitCode a, ExitCode b);

}  // namespace moodlesync::app
