#pragma once

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "app/command_start.h"
#include "fake_rooms.h"

namespace moodlesync::app {

/// Runs commands on fakes and keeps what they print.
class CommandsTest : public FakeRoomsTest {
 protected:
  using Run = ExitCode (*)(const Invocation&, const Rooms&, Console);
  ExitCode run(Run command, Invocation invocation = {}) {
    invocation.config = config_;
    out_.str({});
    err_.str({});
    return command(invocation, rooms_, {out_, err_});
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out()); }

  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace moodlesync::app
