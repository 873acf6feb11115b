#include "app/epoch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_rooms.h"

namespace moodlesync::app {
namespace {

class EpochFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string ours(std::string_view recorded) const {
    const auto epoch = file_.ours(recorded);
    EXPECT_TRUE(epoch.has_value());
    return epoch ? *epoch : "error";
  }
  TemporaryFolder folder_;
  EpochFile file_{folder_.path() / "state"};
};

TEST_F(EpochFileTest, HasNoEpochBeforeTheFirstStart) { EXPECT_EQ(ours("a"), ""); }

TEST_F(EpochFileTest, KeepsTheEpochThatWasFinished) {
  ASSERT_TRUE(file_.begin("a", "b").has_value());
  ASSERT_TRUE(file_.finish("b").has_value());
  EXPECT_EQ(ours("b"), "b");
  EXPECT_EQ(ours("other"), "b");
}

TEST_F(EpochFileTest, OutlivesACrashBeforeTheDatabaseChanged) {
  ASSERT_TRUE(file_.begin("a", "b").has_value());
  EXPECT_EQ(ours("a"), "a");
}

TEST_F(EpochFileTest, OutlivesACrashAfterTheDatabaseChanged) {
  ASSERT_TRUE(file_.begin("a", "b").has_value());
  EXPECT_EQ(ours("b"), "b");
}

TEST_F(EpochFileTest, StillNoticesARestoredDatabaseInTheMiddleOfAnAdvance) {
  ASSERT_TRUE(file_.begin("a", "b").has_value());
  EXPECT_EQ(ours("long-ago"), "a");
}

TEST_F(EpochFileTest, ReportsADamagedFileInsteadOfIgnoringIt) {
  std::filesystem::create_directories(folder_.path() / "state");
  folder_.write("state/epoch", "garbage");
  const auto epoch = file_.ours("a");
  ASSERT_FALSE(epoch.has_value());
  EXPECT_EQ(epoch.error().code, "state_file");
}

TEST_F(EpochFileTest, SaysWhyItCannotWrite) {
  folder_.write("state", "a file where a folder should be");
  const Status begun = file_.begin("a", "b");
  ASSERT_FALSE(begun.has_value());
  EXPECT_EQ(begun.error().code, "permission");
  EXPECT_THAT(begun.error().message, testing::HasSubstr("state_dir"));
}

TEST_F(EpochFileTest, LeavesNoTemporaryFileBehind) {
  ASSERT_TRUE(file_.finish("a").has_value());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "state" / "epoch.new"));
}

TEST(NewEpoch, IsNeverTheSameTwice) {
  EXPECT_EQ(new_epoch().size(), 32U);
  EXPECT_NE(new_epoch(), new_epoch());
}

}  // namespace
}  // namespace moodlesync::app
