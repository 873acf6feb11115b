#include "ops/status_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <thread>

#include "ops/status_pauses.h"
#include "ops/steady_clock.h"
#include "support/ports/fake_database.h"

namespace moodlesync::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "0123456789abcdef-admin";

class StatusDeskTest : public testing::Test {
 protected:
  StatusDeskTest() {
    signs_.expect({"course", "users"});
    while (!watch_.read().is_taken) std::this_thread::yield();
  }
  static EndpointSettings with_token() {
    EndpointSettings settings;
    settings.admin_token = kToken;
    return settings;
  }
  static HttpRequest request(const char* method, std::string path, std::string body = {}) {
    HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    request.headers["host"] = "127.0.0.1:8470";
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    request.body = std::move(body);
    return request;
  }
  /// Of a person who signs in with it; from then on page() and click() are theirs.
  void sign_in() {
    const auto answer = desk_.act(request("POST", "/sign-in", "token=" + std::string(kToken)));
    ASSERT_EQ(answer.status, 303);
    const std::string cookie = answer.headers.back().second;
    cookie_ = cookie.substr(0, cookie.find(';'));
    std::smatch match;
    const std::string page = this->page();
    ASSERT_TRUE(std::regex_search(page, match, std::regex("name=\"csrf\" value=\"([0-9a-f]+)\"")));
    csrf_ = match[1].str();
  }
  std::string page() {
    HttpRequest request = this->request("GET", "/");
    request.headers["cookie"] = cookie_;
    return desk_.show(request).body;
  }
  HttpRequest click(std::string path, const std::string& fields) {
    HttpRequest request = this->request("POST", std::move(path), fields + "&csrf=" + csrf_);
    request.headers["cookie"] = cookie_;
    return request;
  }
  /// What the page says after it.
  std::string after(const HttpRequest& click) {
    EXPECT_EQ(desk_.act(click).status, 303);
    return page();
  }
  [[nodiscard]] std::vector<Pause> pauses() { return *state_.pauses.list(); }

  SteadyClock clock_;
  VitalSigns signs_{clock_};
  fakes::FakeSiteState state_;
  EndpointSettings settings_ = with_token();
  QueueWatch watch_{
      [this]() -> Result<std::unique_ptr<DrupalDatabase>> {
        return std::unique_ptr<DrupalDatabase>(std::make_unique<fakes::FakeDatabase>(state_));
      },
      clock_, std::chrono::hours{1}};
  StatusDesk desk_{{}, settings_, {clock_, signs_, watch_}};
  std::string cookie_;
  std::string csrf_;
};

TEST_F(StatusDeskTest, LetsNobodyPauseWhoHasNotSignedInOnThePageItself) {
  EXPECT_EQ(desk_.act(request("POST", "/pause", "everything=yes")).status, 403);
  EXPECT_EQ(desk_.act(request("POST", "/resume", "everything=yes")).status, 403);
  sign_in();
  HttpRequest foreign = click("/pause", "everything=yes");
  foreign.headers["origin"] = "https://evil.example";
  EXPECT_EQ(desk_.act(foreign).status, 403);
  HttpRequest forged = click("/pause", "everything=yes");
  forged.body = "everything=yes";
  EXPECT_EQ(desk_.act(forged).status, 403);
  EXPECT_TRUE(pauses().empty());
}

TEST_F(StatusDeskTest, HasNoWayToPauseWithoutAToken) {
  settings_.admin_token.clear();
  StatusDesk closed({}, settings_, {clock_, signs_, watch_});
  EXPECT_EQ(closed.act(request("POST", "/pause", "everything=yes")).status, 404);
}

TEST_F(StatusDeskTest, PausesAndResumesAComponentAndShowsItAtOnce) {
  sign_in();
  EXPECT_THAT(page(), HasSubstr("<button>Pause course</button>"));
  const std::string paused = after(click("/pause", "component=course&reason=+new+mapping+"));
  EXPECT_THAT(paused, HasSubstr("course is paused now."));
  EXPECT_THAT(paused, HasSubstr("<strong>Paused:</strong> course for 0 s (new mapping)"));
  EXPECT_THAT(paused, HasSubstr("<button>Resume course</button>"));
  EXPECT_THAT(paused, Not(HasSubstr("<button>Pause course</button>")));
  EXPECT_EQ(pauses().at(0).reason, "new mapping");
  const std::string resumed = after(click("/resume", "component=course"));
  EXPECT_THAT(resumed, HasSubstr("course goes on now."));
  EXPECT_THAT(resumed, Not(HasSubstr("<strong>Paused:</strong>")));
  EXPECT_TRUE(pauses().empty());
}

TEST_F(StatusDeskTest, PausesEverythingAndResumesAllThatIsPaused) {
  sign_in();
  EXPECT_THAT(after(click("/pause", "component=users")), HasSubstr("users is paused now."));
  EXPECT_THAT(after(click("/pause", "everything=yes")), HasSubstr("Everything is paused now."));
  EXPECT_THAT(page(), HasSubstr("paused, as everything is"));
  EXPECT_THAT(after(click("/resume", "component=users")),
              HasSubstr("The pause of users is over, but everything is paused."));
  EXPECT_THAT(after(click("/resume", "component=users")),
              HasSubstr("users was not paused by itself: everything is."));
  EXPECT_THAT(after(click("/resume", "everything=yes")), HasSubstr("Everything goes on now."));
  EXPECT_TRUE(pauses().empty());
}

TEST_F(StatusDeskTest, PausesNothingThatWasNotMeant) {
  sign_in();
  EXPECT_THAT(after(click("/pause", "reason=x")), HasSubstr("Nothing was named"));
  EXPECT_THAT(after(click("/pause", "component=%3Cb%3E")),
              HasSubstr("There is no component &lt;b&gt;, so nothing was paused."));
  EXPECT_TRUE(pauses().empty());
  EXPECT_THAT(after(click("/pause", "everything=yes")), HasSubstr("Everything is paused now."));
  EXPECT_THAT(after(click("/resume", "")), HasSubstr("Nothing was named"));
  EXPECT_EQ(pauses().size(), 1U);
  EXPECT_THAT(after(click("/resume", "everything=")), HasSubstr("Everything goes on now."));
  EXPECT_THAT(after(click("/resume", "component=course")), HasSubstr("course was not paused."));
}

TEST_F(StatusDeskTest, BoundsAReasonByItsCharacters) {
  sign_in();
  std::string reason;
  for (std::size_t i = 0; i < kLongestReason; ++i) reason += "%C3%BC";
  EXPECT_THAT(after(click("/pause", "component=course&reason=" + reason + "x")),
              HasSubstr("Nothing was paused: a reason has at most 200 characters."));
  EXPECT_TRUE(pauses().empty());
  EXPECT_THAT(after(click("/pause", "component=course&reason=" + reason)),
              HasSubstr("course is paused now."));
}

}  // namespace
}  // namespace moodlesync::ops
