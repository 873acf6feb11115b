#include "ops/admin_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::ops {
namespace {

using SignIn = AdminDesk::SignIn;
using testing::HasSubstr;

constexpr const char* kToken = "0123456789abcdef-admin";

class AdminDeskTest : public testing::Test {
 protected:
  static HttpRequest form(const std::string& fields) {
    HttpRequest request;
    request.method = "POST";
    request.headers["host"] = "127.0.0.1:8470";
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    request.body = fields;
    return request;
  }
  /// A request as the page of the newest session would send it.
  HttpRequest from_page(const std::string& fields) {
    HttpRequest request = form(fields);
    const std::string cookie = desk_.newest_cookie();
    request.headers["cookie"] = cookie.substr(0, cookie.find(';'));
    return request;
  }
  std::string csrf() { return desk_.session_of(from_page(""))->csrf; }

  fakes::FakeClock clock_;
  AdminDesk desk_{kToken, clock_};
};

TEST_F(AdminDeskTest, LetsNobodyActWhoHasNotEnteredTheToken) {
  EXPECT_EQ(desk_.actor_of(form("csrf=")), nullptr);
  EXPECT_EQ(desk_.sign_in(form("token=")), SignIn::kWrong);
  EXPECT_EQ(desk_.sign_in(form("token=" + std::string(kToken) + "x")), SignIn::kWrong);
  EXPECT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
  EXPECT_NE(desk_.actor_of(from_page("csrf=" + csrf())), nullptr);
}

TEST_F(AdminDeskTest, GivesACookieThatNoScriptAndNoOtherSiteCanUse) {
  ASSERT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
  EXPECT_THAT(desk_.newest_cookie(), HasSubstr("; HttpOnly; SameSite=Strict"));
}

TEST_F(AdminDeskTest, RefusesAClickWithoutTheFormsTokenOrFromAnotherSite) {
  ASSERT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
  EXPECT_EQ(desk_.actor_of(from_page("csrf=")), nullptr);
  EXPECT_EQ(desk_.actor_of(from_page("csrf=0000")), nullptr);
  HttpRequest foreign = from_page("csrf=" + csrf());
  foreign.headers["origin"] = "https://evil.example";
  EXPECT_EQ(desk_.actor_of(foreign), nullptr);
  foreign.headers["origin"] = "http://127.0.0.1:8470";
  EXPECT_NE(desk_.actor_of(foreign), nullptr);
  foreign.headers["sec-fetch-site"] = "cross-site";
  EXPECT_EQ(desk_.actor_of(foreign), nullptr);
  foreign.body = "token=" + std::string(kToken);
  EXPECT_EQ(desk_.sign_in(foreign), SignIn::kForeign);
}

TEST_F(AdminDeskTest, SlowsDownWhoGuesses) {
  for (int i = 0; i < AdminDesk::kTries; ++i) {
    EXPECT_EQ(desk_.sign_in(form("token=guess")), SignIn::kWrong);
  }
  EXPECT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kTooOften);
  clock_.advance(std::chrono::minutes{1});
  EXPECT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
}

TEST_F(AdminDeskTest, EndsASessionAfterAWhileAndWhenAskedTo) {
  ASSERT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
  const HttpRequest request = from_page("csrf=" + csrf());
  desk_.sign_out(*desk_.session_of(request));
  EXPECT_EQ(desk_.actor_of(request), nullptr);
  ASSERT_EQ(desk_.sign_in(form("token=" + std::string(kToken))), SignIn::kWelcome);
  const HttpRequest later = from_page("csrf=" + csrf());
  clock_.advance(std::chrono::hours{9});
  EXPECT_EQ(desk_.actor_of(later), nullptr);
}

TEST_F(AdminDeskTest, IsClosedWithoutAToken) {
  AdminDesk closed("", clock_);
  EXPECT_FALSE(closed.is_open());
  EXPECT_EQ(closed.sign_in(form("token=")), SignIn::kWrong);
}

TEST(SameSecret, ComparesAllOfIt) {
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_FALSE(is_same_secret("abc", "abd"));
  EXPECT_FALSE(is_same_secret("abc", "ab"));
  EXPECT_FALSE(is_same_secret("abc", "abcabc"));
  EXPECT_FALSE(is_same_secret("", ""));
  EXPECT_FALSE(is_same_secret("abc", ""));
}

TEST(RandomHex, IsAsLongAsAskedForAndNeverTheSame) {
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
}

}  // namespace
}  // namespace moodlesync::ops
