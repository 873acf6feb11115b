#include "app/epoch_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "fake_rooms.h"

namespace moodlesync::app {
namespace {

using Memory = engine::StateFolder::Memory;

/// A site whose answer to an advance is lost, or that dies before it.
class FailingSite : public fakes::FakeSite {
 public:
  enum class Fails { kNever, kBefore, kAfter };
  Fails fails = Fails::kNever;

  Status join(std::string_view folder, std::string_view epoch) override {
    if (fails == Fails::kBefore) return gone();
    const Status done = FakeSite::join(folder, epoch);
    return fails == Fails::kAfter ? gone() : done;
  }
  Status advance_epoch(std::string_view folder, std::string_view from,
                       std::string_view to) override {
    if (fails == Fails::kBefore) return gone();
    const Status done = FakeSite::advance_epoch(folder, from, to);
    return fails == Fails::kAfter ? gone() : done;
  }

 private:
  static Status gone() { return Error{ErrorKind::kInDoubt, "connection", "cut"}; }
};

class EpochFileTest : public testing::Test {
 protected:
  [[nodiscard]] Memory memory() const {
    const auto memory = file_.read();
    EXPECT_TRUE(memory.has_value()) << memory.error().message;
    return memory ? *memory : Memory{};
  }
  [[nodiscard]] bool agrees() {
    const Memory ours = memory();
    return engine::folder_objections(*site_.record(ours.id), ours).empty();
  }
  TemporaryFolder folder_;
  FailingSite site_;
  EpochFile file_{folder_.path() / "state"};
};

TEST_F(EpochFileTest, IsEmptyBeforeTheFirstStart) { EXPECT_EQ(memory(), Memory{}); }

TEST_F(EpochFileTest, JoinsTheSiteAndAdvancesOnBothSides) {
  ASSERT_TRUE(file_.advance(site_));
  const Memory first = memory();
  EXPECT_EQ(site_.folders().at(first.id), first.epoch);
  ASSERT_TRUE(file_.advance(site_));
  EXPECT_EQ(memory().id, first.id);
  EXPECT_NE(memory().epoch, first.epoch);
  EXPECT_EQ(site_.folders().at(first.id), memory().epoch);
}

TEST_F(EpochFileTest, OutlivesACrashAtAnyMomentOfAnAdvance) {
  using Fails = FailingSite::Fails;
  for (const Fails when : {Fails::kBefore, Fails::kAfter, Fails::kBefore, Fails::kAfter}) {
    site_.fails = when;
    EXPECT_FALSE(file_.advance(site_));
    EXPECT_TRUE(agrees());
    site_.fails = Fails::kNever;
    EXPECT_TRUE(file_.advance(site_));
    EXPECT_TRUE(agrees());
  }
}

TEST_F(EpochFileTest, DoesNotAdvanceASiteThatDoesNotAgree) {
  ASSERT_TRUE(file_.advance(site_));
  site_.folders().begin()->second = "another";
  EXPECT_EQ(file_.advance(site_).error().code, "guard");
  EXPECT_EQ(site_.folders().begin()->second, "another");
}

TEST_F(EpochFileTest, DoesNotJoinASiteThatOtherFoldersWorkWithUnlessTold) {
  site_.folders()["theirs"] = "epoch";
  EXPECT_EQ(file_.advance(site_).error().code, "guard");
  EXPECT_TRUE(file_.adopt(site_));
  EXPECT_TRUE(agrees());
  EXPECT_EQ(site_.folders().at("theirs"), "epoch");
}

TEST_F(EpochFileTest, GivesWayToAnotherInstanceThatAdvancesJustNow) {
  ASSERT_TRUE(file_.advance(site_));
  const std::string lock = (folder_.path() / "state" / "epoch.lock").string();
  const int other = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_EQ(file_.advance(site_).error().kind, ErrorKind::kTransient);
  ::close(other);
  EXPECT_TRUE(file_.advance(site_));
}

TEST_F(EpochFileTest, KnowsTheFolderOfAFileFromBeforeThereWereSeveral) {
  std::filesystem::create_directories(folder_.path() / "state");
  folder_.write("state/epoch", "epoch=abc\n");
  EXPECT_EQ(memory(), (Memory{"abc", "abc", ""}));
}

TEST_F(EpochFileTest, ReportsADamagedFileInsteadOfIgnoringIt) {
  std::filesystem::create_directories(folder_.path() / "state");
  for (const char* text : {"garbage", "epoch=", "folder=abc\n", "epoch=../x\n", "other=abc\n"}) {
    folder_.write("state/epoch", text);
    const auto memory = file_.read();
    ASSERT_FALSE(memory.has_value()) << text;
    EXPECT_EQ(memory.error().code, "state_file");
  }
}

TEST_F(EpochFileTest, SaysWhyItCannotWrite) {
  folder_.write("state", "a file where a folder should be");
  const Status advanced = file_.advance(site_);
  ASSERT_FALSE(advanced.has_value());
  EXPECT_EQ(advanced.error().code, "permission");
  EXPECT_THAT(advanced.error().message, testing::HasSubstr("state_dir"));
  EXPECT_TRUE(site_.folders().empty());
}

TEST_F(EpochFileTest, LeavesNoTemporaryFileBehind) {
  ASSERT_TRUE(file_.advance(site_));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "state" / "epoch.new"));
}

TEST(NewEpoch, IsNeverTheSameTwice) {
  EXPECT_EQ(new_epoch().size(), 32U);
  EXPECT_NE(new_epoch(), new_epoch());
}

}  // namespace
}  // namespace moodlesync::app
