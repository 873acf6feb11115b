#include "ops/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace moodlesync::ops {
namespace {

/// A pipe whose write end is the log's descriptor.
class LogTest : public testing::Test {
 protected:
  LogTest() {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::unsetenv("JOURNAL_STREAM");
  }
  ~LogTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
    ::unsetenv("JOURNAL_STREAM");
  }
  std::string written() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  [[nodiscard]] std::string journal_stream() const {
    struct stat status {};
    EXPECT_EQ(::fstat(ends_[1], &status), 0);
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  }
  std::array<int, 2> ends_{};
};

TEST_F(LogTest, WritesForPeopleWhenNobodyElseListens) {
  Log log(ends_[1]);
  log.logger().warn("MS-301 slow ms={}", 5);
  EXPECT_TRUE(written().ends_with("Z warning MS-301 slow ms=5\n"));
}

TEST_F(LogTest, WritesPrioritiesWhenJournaldListens) {
  ::setenv("JOURNAL_STREAM", journal_stream().c_str(), 1);
  Log log(ends_[1]);
  log.logger().error("MS-302 gone");
  EXPECT_EQ(written(), "<3>MS-302 gone\n");
}

TEST_F(LogTest, DoesNotTakeAnotherStreamForJournalds) {
  EXPECT_TRUE(is_journal_stream(ends_[1], journal_stream().c_str()));
  EXPECT_FALSE(is_journal_stream(ends_[1], "1:1"));
  EXPECT_FALSE(is_journal_stream(ends_[1], nullptr));
}

TEST_F(LogTest, WritesJsonWhenAskedEvenUnderJournald) {
  ::setenv("JOURNAL_STREAM", journal_stream().c_str(), 1);
  Log log(ends_[1]);
  log.configure({LogLevel::kInfo, LogSettings::Format::kJson});
  log.logger().info("hello");
  EXPECT_EQ(written().substr(0, 7), "{\"ts\":\"");
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  Log log(ends_[1]);
  log.configure({LogLevel::kWarning, LogSettings::Format::kHuman});
  log.logger().info("chatter");
  log.logger().error("MS-303 trouble");
  EXPECT_TRUE(written().ends_with("error MS-303 trouble\n"));
}

TEST_F(LogTest, NeverWritesASecret) {
  Log log(ends_[1]);
  log.hide("0123456789abcdef");
  log.logger().error("MS-304 refused token=0123456789abcdef");
  EXPECT_TRUE(written().ends_with("refused token=[hidden]\n"));
}

TEST_F(LogTest, UsesNoColoursOutsideATerminal) { EXPECT_FALSE(wants_colours(ends_[1])); }

}  // namespace
}  // namespace moodlesync::ops
