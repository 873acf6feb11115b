#include "integration/commands/command_rig.h"

namespace moodlesync::testsupport {

CommandLine::CommandLine(SyncRig& rig)
    : rig_(rig), config_(folder_.write("moodle-syncd.yaml", rig_.config_yaml())) {}

app::ExitCode CommandLine::run(Run command, app::Invocation invocation) {
  invocation.config = config_;
  out_.str({});
  err_.str({});
  return command(invocation, rig_.rooms(), {out_, err_});
}

std::vector<std::string> CommandLine::writes() {
  std::vector<std::string> lines;
  for (const sim::Call& call : rig_.moodle().calls()) {
    const bool reads = call.function.find("_get_") != std::string::npos ||
                       call.function.find("_search_") != std::string::npos;
    if (!reads) lines.push_back(call.function + " x " + std::to_string(call.rows));
  }
  return lines;
}

}  // namespace moodlesync::testsupport
