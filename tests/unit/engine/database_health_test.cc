#include "engine/database_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

class DatabaseHealthTest : public testing::Test {
 protected:
  [[nodiscard]] std::string log() const { return text_.str(); }

  std::ostringstream text_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
  fakes::FakeClock clock_;
  DatabaseHealth database_{clock_, log_};
  Error away_{ErrorKind::kUnavailable, "database_unavailable", "server closed the connection"};
};

TEST_F(DatabaseHealthTest, IsReadyFromTheStartWithoutAWord) {
  EXPECT_TRUE(database_.ready());
  database_.note(ok());
  EXPECT_THAT(log(), IsEmpty());
}

TEST_F(DatabaseHealthTest, IsAskedNowAndThenWhileItIsAway) {
  database_.note(away_);
  EXPECT_FALSE(database_.ready());
  EXPECT_FALSE(database_.may_be_asked());
  clock_.advance(seconds{1});
  EXPECT_FALSE(database_.ready());
  EXPECT_TRUE(database_.may_be_asked());
  ASSERT_TRUE(database_.problem().has_value());
  EXPECT_EQ(database_.problem()->message, "server closed the connection");
}

TEST_F(DatabaseHealthTest, SaysOnceThatAnOutageBeganAndOnceThatItIsOver) {
  database_.note(away_);
  database_.note(Error{ErrorKind::kInDoubt, "database_unavailable", "cut"});
  EXPECT_THAT(log(), HasSubstr("MS-205"));
  EXPECT_EQ(log().find("MS-205"), log().rfind("MS-205"));
  database_.note(ok());
  database_.note(ok());
  EXPECT_TRUE(database_.ready());
  EXPECT_FALSE(database_.problem().has_value());
  EXPECT_EQ(log().find("the database is back"), log().rfind("the database is back"));
  EXPECT_THAT(log(), HasSubstr("the database is back"));
}

TEST_F(DatabaseHealthTest, IsReadyWhenItRefusesAndWhenItIsOnlyBusy) {
  database_.note(Error{ErrorKind::kConfig, "42501", "permission denied for table task"});
  EXPECT_TRUE(database_.ready());
  EXPECT_THAT(log(), HasSubstr("MS-206 the database refused a statement: code=42501"));
  text_.str({});
  database_.note(Error{ErrorKind::kTransient, "40P01", "deadlock detected"});
  EXPECT_TRUE(database_.ready());
  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace moodlesync::engine
