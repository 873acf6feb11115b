#include "app/program.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "app/brake_commands.h"
#include "app/commands.h"
#include "app/completion.h"
#include "app/config_commands.h"
#include "app/daemon.h"
#include "app/explain.h"
#include "app/healthcheck.h"
#include "app/import_command.h"
#include "app/parked_commands.h"
#include "app/pause_commands.h"
#include "app/plan_command.h"
#include "app/reconcile_command.h"
#include "app/resync_command.h"
#include "app/status_command.h"
#include "ops/signals.h"

namespace moodlesync::app {

namespace {

ExitCode run_daemon(const Invocation& invocation, const Rooms& rooms) {
  ops::block_signals();
  ops::Log log(STDERR_FILENO);
  Daemon daemon(invocation.config, invocation.log_level, rooms, log);
  if (!daemon.load()) return ExitCode::kConfig;
  const auto control = ops::SignalControl::open([&daemon] { return daemon.load_anew(); });
  if (!control) {
    log.logger().error("MS-111 cannot start: code={} reason=\"{}\"", control.error().code,
                       control.error().message);
    return ExitCode::kInternal;
  }
  const auto mode =
      invocation.verb == Verb::kRun ? engine::RunMode::kForever : engine::RunMode::kUntilIdle;
  return daemon.run(mode, **control);
}

ExitCode obey(const Invocation& invocation, const Rooms& rooms) {
  const Console console{std::cout, std::cerr, ops::look_of(STDOUT_FILENO)};
  switch (invocation.verb) {
    case Verb::kRun:
    case Verb::kOnce:
      return run_daemon(invocation, rooms);
    case Verb::kCheck:
      return check(invocation, rooms, console);
    case Verb::kInstall:
      return install(invocation, rooms, console);
    case Verb::kUninstall:
      return uninstall(invocation, rooms, console);
    case Verb::kAdoptSite:
      return adopt_site(invocation, rooms, console);
    case Verb::kStatus:
      return status(invocation, rooms, console);
    case Verb::kExplain:
      return explain(invocation, rooms, console);
    case Verb::kPause:
      return pause(invocation, rooms, console);
    case Verb::kResume:
      return resume(invocation, rooms, console);
    case Verb::kConfigPrint:
      return config_print(invocation, rooms, console);
    case Verb::kConfigSchema:
      return config_schema(invocation, rooms, console);
    case Verb::kCompletion:
      return completion(rooms, console);
    case Verb::kHealthcheck:
      return healthcheck(invocation, rooms, console);
    case Verb::kParkedList:
      return parked_list(invocation, rooms, console);
    case Verb::kParkedShow:
      return parked_show(invocation, rooms, console);
    case Verb::kParkedRetry:
      return parked_retry(invocation, rooms, console);
    case Verb::kParkedDrop:
      return parked_drop(invocation, rooms, console);
    case Verb::kBrakeList:
      return brake_list(invocation, rooms, console);
    case Verb::kBrakeAllow:
      return brake_allow(invocation, rooms, console);
    case Verb::kBrakeDrop:
      return brake_drop(invocation, rooms, console);
    case Verb::kResync:
      return resync(invocation, rooms, console);
    case Verb::kPlan:
      return plan(invocation, rooms, console);
    case Verb::kReconcile:
      return reconcile(invocation, rooms, console);
    case Verb::kImportConfig:
      return import_config(invocation, rooms, console);
    case Verb::kVersion:
      return version(invocation, rooms, console);
  }
  return ExitCode::kInternal;
}

}  // namespace

int run_program(int argc, const char* const* argv, const Rooms& rooms) {
  try {
    const ParsedCommandLine parsed = parse_command_line(argc, argv, rooms.environment);
    if (parsed.invocation) return static_cast<int>(obey(*parsed.invocation, rooms));
    (parsed.exit_code == ExitCode::kOk ? std::cout : std::cerr) << parsed.text;
    return static_cast<int>(parsed.exit_code);
  } catch (const std::exception& error) {
    std::cerr << "moodle-syncd: MS-199 internal error: " << error.what() << "\n";
    return static_cast<int>(ExitCode::kInternal);
  }
}

}  // namespace moodlesync::app
