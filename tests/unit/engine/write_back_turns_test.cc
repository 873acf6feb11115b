#include "engine/write_back_turns.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;

const EntityRef kNode{"node", 12};
const Error kFailed{ErrorKind::kTransient, "command_failed", "it ended with code 1"};

class WriteBackTurnsTest : public testing::Test {
 protected:
  void turn() {
    turns_.want();
    EXPECT_TRUE(turns_.run());
    turns_.tend();
  }
  void write() {
    WriteBackReport report;
    report.written = 1;
    report.touched = {kNode};
    write_back_.report(report);
    turn();
  }
  [[nodiscard]] std::size_t times(const std::string& text) const {
    const std::string all = lines_.str();
    std::size_t count = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  }

  fakes::FakeClock clock_;
  fakes::FakeWriteBack write_back_;
  fakes::FakeOutside outside_;
  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)};
  WriteBackTurns turns_{write_back_, &outside_, clock_, seconds{300}, log_};
};

TEST_F(WriteBackTurnsTest, TellsOutsideWhatWasWrittenAndNotesThatItWasTold) {
  write();
  EXPECT_EQ(outside_.running(), std::vector<EntityRef>{kNode});
  EXPECT_FALSE(turns_.is_idle()) << "a call is running";
  outside_.end_with(ok());
  turns_.tend();
  EXPECT_EQ(write_back_.told(), std::vector<EntityRef>{kNode});
  EXPECT_TRUE(turns_.is_idle());
}

TEST_F(WriteBackTurnsTest, SaysOnceThatOutsideCannotBeToldAndOnceThatItCanAgain) {
  outside_.end_with(kFailed);
  write();
  write();
  EXPECT_EQ(times("MS-407"), 1U) << lines_.str();
  EXPECT_TRUE(write_back_.told().empty()) << "it stays owed";
  outside_.end_with(ok());
  write();
  write();
  EXPECT_EQ(times("told again"), 1U) << lines_.str();
}

TEST_F(WriteBackTurnsTest, ReportsALinkThatIsStuckAndGoesOn) {
  WriteBackReport report;
  report.stuck = Error{ErrorKind::kConfig, "no_moodle_id_field", "the field is gone"};
  report.written = 3;
  write_back_.report(report);
  turn();
  EXPECT_EQ(times("MS-404"), 1U);
  turn();
  EXPECT_EQ(write_back_.runs(), 2);
}

TEST_F(WriteBackTurnsTest, WorksWithNobodyToTell) {
  WriteBackTurns alone(write_back_, nullptr, clock_, seconds{300}, log_);
  WriteBackReport report;
  report.touched = {kNode};
  write_back_.report(report);
  EXPECT_TRUE(alone.run());
  alone.tend();
  EXPECT_TRUE(alone.is_idle());
  EXPECT_EQ(alone.fd(), -1);
}

}  // namespace
}  // namespace moodlesync::engine
