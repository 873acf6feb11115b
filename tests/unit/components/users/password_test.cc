#include "components/users/password.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace moodlesync::users {
namespace {

TEST(RandomPassword, FitsEveryCommonPolicy) {
  for (int round = 0; round < 200; ++round) {
    const auto password = random_password();
    ASSERT_TRUE(password);
    EXPECT_GE(password->size(), 16U);
    const auto count = [&](int (*is_kind)(int)) {
      return std::ranges::count_if(
          *password, [is_kind](char c) { return is_kind(static_cast<unsigned char>(c)) != 0; });
    };
    EXPECT_GE(count(std::islower), 2);
    EXPECT_GE(count(std::isupper), 2);
    EXPECT_GE(count(std::isdigit), 2);
    EXPECT_GE(count(std::ispunct), 2);
    EXPECT_EQ(std::ranges::adjacent_find(*password), password->end());
  }
}

TEST(RandomPassword, IsNeverTheSameTwice) {
  std::set<std::string> seen;
  for (int round = 0; round < 1000; ++round) seen.insert(*random_password());
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(PasswordPolicy, FollowsTheAuthPluginUnlessConfigured) {
  EXPECT_EQ(default_policy("oauth2"), PasswordPolicy::kNone);
  EXPECT_EQ(default_policy("someplugin"), PasswordPolicy::kNone);
  EXPECT_EQ(default_policy("manual"), PasswordPolicy::kRandom);
  EXPECT_EQ(default_policy("nologin"), PasswordPolicy::kRandom);
}

TEST(PasswordPolicy, RefusesCombinationsThatMoodleCannotCarryOut) {
  EXPECT_NE(conflict("manual", PasswordPolicy::kNone), "");
  EXPECT_NE(conflict("oauth2", PasswordPolicy::kCreatePassword), "");
  EXPECT_NE(conflict("ldap", PasswordPolicy::kRandom), "");
  EXPECT_NE(conflict("nologin", PasswordPolicy::kCreatePassword), "");
}

TEST(PasswordPolicy, TrustsTheConfigurationAboutUnknownPlugins) {
  EXPECT_EQ(conflict("someplugin", PasswordPolicy::kNone), "");
  EXPECT_EQ(conflict("someplugin", PasswordPolicy::kRandom), "");
  EXPECT_EQ(conflict("manual", PasswordPolicy::kCreatePassword), "");
}

}  // namespace
}  // namespace moodlesync::users
