#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/status_command.h"
#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatusWatch : public CommandsTest {
 protected:
  /// Looks so many times; what is wrong with the second look.
  void look(int times, bool json, ops::Look where, std::optional<Error> second = std::nullopt) {
    int looks = 0;
    const auto ask = [&]() -> Result<StatusReport> {
      if (++looks == 2 && second) return *second;
      StatusReport report;
      report.drupal_url = "https://drupal.example";
      report.queue.changes = looks;
      return report;
    };
    watch(ask, [&] { return looks < times; }, json, {out_, err_, where});
  }
};

TEST_F(StatusWatch, WritesALineEachTimeWhereNoTerminalIs) {
  look(2, false, {});
  EXPECT_EQ(out(),
            "daemons=0 changes=1 tasks=0 pending=0 running=0 waiting=0 parked=0 per_minute=0\n"
            "daemons=0 changes=2 tasks=0 pending=0 running=0 waiting=0 parked=0 per_minute=0\n");
}

TEST_F(StatusWatch, WritesTheWholeOverTheLastTimeOnATerminal) {
  look(2, false, {.terminal = true});
  EXPECT_THAT(out(), HasSubstr("\x1b[H\x1b[2J\x1b[3Jhttps://drupal.example"));
  EXPECT_THAT(out(), HasSubstr("Ctrl-C ends this"));
}

TEST_F(StatusWatch, WritesAnObjectOnALineEachTimeForMachines) {
  look(2, true, {.terminal = true});
  std::istringstream lines(out());
  int changes = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(nlohmann::json::parse(line).at("changes"), ++changes);
  }
  EXPECT_EQ(changes, 2);
}

TEST_F(StatusWatch, GoesOnWhenTheDatabaseIsAwayForAWhile) {
  look(3, false, {}, Error{ErrorKind::kUnavailable, "08006", "the database is away"});
  EXPECT_THAT(err(), HasSubstr("the database is away; looking again"));
  EXPECT_THAT(out(), HasSubstr("changes=3"));
  EXPECT_THAT(out(), Not(HasSubstr("changes=2")));
}

}  // namespace
}  // namespace moodlesync::app
