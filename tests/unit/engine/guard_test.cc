#include "engine/guard.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"
#include "support/ports/fake_state_folder.h"

namespace moodlesync::engine {
namespace {

using Memory = StateFolder::Memory;

class GuardTest : public testing::Test {
 protected:
  std::vector<std::string> objections(std::string_view url = "https://drupal.example/") {
    return guard_objections(site_.recorded(), site_.observed(), url);
  }
  std::vector<std::string> objections_to(const Memory& memory) {
    return folder_objections(*site_.record(memory.id), memory);
  }
  moodlesync::fakes::FakeSite site_;
  moodlesync::fakes::FakeStateFolder folder_;
};

TEST_F(GuardTest, HasNothingAgainstTheSiteThatWasInstalled) { EXPECT_TRUE(objections().empty()); }

TEST_F(GuardTest, ComparesUrlsWithoutCaseOfTheHostAndWithoutTheLastSlash) {
  EXPECT_TRUE(objections("HTTPS://Drupal.Example").empty());
  EXPECT_EQ(objections("https://drupal.example/Sub").size(), 1U);
}

TEST_F(GuardTest, RefusesADatabaseThatWasRestoredUnderAnotherOid) {
  site_.observed().database_oid = "99999";
  ASSERT_EQ(objections().size(), 1U);
  EXPECT_NE(objections()[0].find("oid"), std::string::npos);
}

TEST_F(GuardTest, RefusesARenamedDatabaseAndAnotherSitesUuid) {
  site_.observed().database_name = "staging";
  site_.observed().site_uuid = "uuid-2";
  EXPECT_EQ(objections().size(), 2U);
}

TEST_F(GuardTest, DoesNotHoldAnUnreadableClusterIdentifierAgainstTheSite) {
  site_.observed().system_identifier.clear();
  EXPECT_TRUE(objections().empty());
  site_.observed().system_identifier = "sys-2";
  EXPECT_EQ(objections().size(), 1U);
}

TEST_F(GuardTest, LetsTheFirstStateFolderInAndNoOtherUnasked) {
  EXPECT_TRUE(objections_to({}).empty());
  site_.folders()["folder-1"] = "epoch-1";
  ASSERT_EQ(objections_to({}).size(), 1U);
  EXPECT_NE(objections_to({})[0].find("further instance"), std::string::npos);
}

TEST_F(GuardTest, NoticesADatabaseThatDoesNotKnowOurStateFolder) {
  EXPECT_EQ(objections_to({"folder-1", "epoch-1", ""}).size(), 1U);
  site_.folders()["folder-2"] = "epoch-1";
  EXPECT_EQ(objections_to({"folder-1", "epoch-1", ""}).size(), 1U);
}

TEST_F(GuardTest, NoticesACopyThatRanOnByItsEpoch) {
  site_.folders()["folder-1"] = "epoch-7";
  EXPECT_TRUE(objections_to({"folder-1", "epoch-7", ""}).empty());
  EXPECT_EQ(objections_to({"folder-1", "epoch-6", ""}).size(), 1U);
}

TEST_F(GuardTest, TakesBothEpochsForOursInTheMiddleOfAnAdvance) {
  site_.folders()["folder-1"] = "epoch-7";
  EXPECT_TRUE(objections_to({"folder-1", "epoch-6", "epoch-7"}).empty());
  EXPECT_TRUE(objections_to({"folder-1", "epoch-7", "epoch-8"}).empty());
  EXPECT_EQ(objections_to({"folder-1", "epoch-1", "epoch-2"}).size(), 1U);
}

TEST_F(GuardTest, OutlivesACrashBetweenTheFirstNoteAndTheDatabases) {
  EXPECT_TRUE(objections_to({"folder-1", "", "epoch-1"}).empty());
}

TEST_F(GuardTest, FollowsAnotherInstanceThatSharesTheStateFolder) {
  Guard first(site_, folder_, "https://drupal.example");
  Guard second(site_, folder_, "https://drupal.example");
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(second.check());
    ASSERT_TRUE(second.advance());
    EXPECT_TRUE(first.check()) << "after start " << start;
  }
}

TEST_F(GuardTest, IsNotTouchedByAnInstanceWithAStateFolderOfItsOwn) {
  moodlesync::fakes::FakeStateFolder other;
  other.memory = {"folder-2", "epoch-1", ""};
  site_.folders() = {{"folder-1", "epoch-1"}, {"folder-2", "epoch-1"}};
  folder_.memory = {"folder-1", "epoch-1", ""};
  Guard ours(site_, folder_, "https://drupal.example");
  Guard theirs(site_, other, "https://drupal.example");
  ASSERT_TRUE(theirs.check());
  ASSERT_TRUE(theirs.advance());
  EXPECT_TRUE(ours.check());
  EXPECT_TRUE(theirs.check());
}

TEST_F(GuardTest, NoticesADatabaseThatIsPutBackWhileItIsWatching) {
  Guard guard(site_, folder_, "https://drupal.example");
  ASSERT_TRUE(guard.check());
  ASSERT_TRUE(guard.advance());
  const auto backup = site_.folders();
  ASSERT_TRUE(guard.advance());
  EXPECT_TRUE(guard.check());
  site_.folders() = backup;
  const Status status = guard.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "guard");
}

TEST_F(GuardTest, GoesOnWhenTheStateFileVanishes) {
  Guard guard(site_, folder_, "https://drupal.example");
  ASSERT_TRUE(guard.advance());
  ASSERT_TRUE(guard.check());
  folder_.memory = {};
  EXPECT_TRUE(guard.check());
}

TEST_F(GuardTest, AgreesWithOneOfTheOldModulesUrls) {
  site_.recorded().old_module_url = "https://www.example, https://drupal.example/";
  EXPECT_TRUE(objections().empty());
  site_.recorded().old_module_url = "https://live.example";
  EXPECT_EQ(objections().size(), 1U);
}

TEST_F(GuardTest, PutsAllObjectionsIntoOneErrorThatSaysHowToGoOn) {
  site_.observed().database_name = "copy";
  Guard guard(site_, folder_, "https://other.example");
  const Status status = guard.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "guard");
  EXPECT_NE(status.error().message.find("copy"), std::string::npos);
  EXPECT_NE(status.error().message.find("other.example"), std::string::npos);
  EXPECT_NE(status.error().message.find("adopt-site"), std::string::npos);
}

}  // namespace
}  // namespace moodlesync::engine
