#include "engine/guard.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

class GuardTest : public testing::Test {
 protected:
  std::vector<std::string> objections(std::string_view url = "https://drupal.example/",
                                      std::string_view epoch = "epoch-1") {
    return guard_objections(site_.recorded(), site_.observed(), url, epoch);
  }
  moodlesync::fakes::FakeSite site_;
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

TEST_F(GuardTest, NoticesACopyThatRanOnByItsEpoch) {
  EXPECT_EQ(objections("https://drupal.example", "epoch-0").size(), 1U);
  EXPECT_TRUE(objections("https://drupal.example", "").empty());
}

TEST_F(GuardTest, AgreesWithOneOfTheOldModulesUrls) {
  site_.recorded().old_module_url = "https://www.example, https://drupal.example/";
  EXPECT_TRUE(objections().empty());
  site_.recorded().old_module_url = "https://live.example";
  EXPECT_EQ(objections().size(), 1U);
}

TEST_F(GuardTest, PutsAllObjectionsIntoOneErrorThatSaysHowToGoOn) {
  site_.observed().database_name = "copy";
  Guard guard(site_, "https://other.example", "epoch-1");
  const Status status = guard.check();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "guard");
  EXPECT_NE(status.error().message.find("copy"), std::string::npos);
  EXPECT_NE(status.error().message.find("other.example"), std::string::npos);
  EXPECT_NE(status.error().message.find("adopt-site"), std::string::npos);
}

}  // namespace
}  // namespace moodlesync::engine
