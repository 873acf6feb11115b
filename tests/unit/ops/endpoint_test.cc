// The endpoint over a real socket, on a fake database.
#include "ops/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <thread>

#include "ops/steady_clock.h"
#include "support/http_client/http_client.h"
#include "support/ports/fake_database.h"

namespace moodlesync::ops {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testsupport::http_exchange;
using testsupport::http_get;
using testsupport::http_post;

constexpr const char* kToken = "0123456789abcdef-admin";

class EndpointTest : public testing::Test {
 protected:
  void open(std::string token = {}) {
    EndpointSettings settings;
    settings.listen = ListenAddress{};
    settings.admin_token = std::move(token);
    auto opened =
        Endpoint::open(settings, {clock_,
                                  signs_,
                                  metrics_,
                                  [this]() -> Result<std::unique_ptr<DrupalDatabase>> {
                                    return std::unique_ptr<DrupalDatabase>(
                                        std::make_unique<fakes::FakeDatabase>(state_));
                                  },
                                  {"https://drupal.example", "https://moodle.example", "1.2.3"}});
    endpoint_ = *std::move(opened);
    while (get("/metrics").find("moodle_syncd_links ") == std::string::npos) {
      std::this_thread::yield();
    }
  }
  [[nodiscard]] std::uint16_t port() const { return endpoint_->address().port; }
  [[nodiscard]] std::string get(std::string_view target, std::string_view headers = {}) const {
    return http_get(port(), target, headers);
  }
  static std::string found(const std::string& text, const char* pattern) {
    std::smatch match;
    return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
  }
  /// The header line with the cookie of a person who has signed in.
  [[nodiscard]] std::string sign_in() const {
    const std::string answer = http_post(port(), "/sign-in", "token=" + std::string(kToken));
    return "Cookie: " + found(answer, "Set-Cookie: ([^;]+);") + "\r\n";
  }

  SteadyClock clock_;
  VitalSigns signs_{clock_};
  Metrics metrics_{"1.2.3"};
  fakes::FakeSiteState state_;
  std::unique_ptr<Endpoint> endpoint_;
};

TEST_F(EndpointTest, ServesThePageWithAPolicyThatForbidsAllFromElsewhere) {
  open();
  const std::string page = get("/");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(page, HasSubstr("https://drupal.example"));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
  const std::string nonce = found(page, "script-src 'nonce-([0-9a-f]+)'");
  EXPECT_THAT(page, HasSubstr("<script nonce=\"" + nonce + "\">"));
  EXPECT_THAT(get("/"), Not(HasSubstr(nonce)));
}

TEST_F(EndpointTest, AnswersHeadWithoutABodyAndRefusesOtherMethods) {
  open();
  const std::string head = http_exchange(port(), "HEAD /livez HTTP/1.1\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
  EXPECT_THAT(http_exchange(port(), "DELETE / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(get("/elsewhere"), StartsWith("HTTP/1.1 404"));
}

TEST_F(EndpointTest, LetsNobodyActUnlessThereIsAToken) {
  open();
  EXPECT_THAT(http_post(port(), "/retry", "component=course"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(http_post(port(), "/sign-in", "token="), StartsWith("HTTP/1.1 404"));
}

TEST_F(EndpointTest, TriesAgainWhatAPersonWhoSignedInClicks) {
  state_.queue.add_task({"course", "main", {"node", 12}});
  const auto tasks = state_.queue.claim({1, {"course"}});
  Settlement parked;
  parked.key = {"course", "main", {"node", 12}};
  parked.token = (*tasks)[0].token;
  parked.generation = (*tasks)[0].generation;
  parked.state = Settlement::State::kParked;
  parked.code = "taken";
  ASSERT_TRUE(state_.queue.settle({&parked, 1}));
  open(kToken);
  EXPECT_THAT(http_post(port(), "/retry", "component=course"), StartsWith("HTTP/1.1 403"));
  const std::string cookie = sign_in();
  const std::string csrf = found(get("/", cookie), "name=\"csrf\" value=\"([0-9a-f]+)\"");
  ASSERT_FALSE(csrf.empty());
  EXPECT_THAT(http_post(port(), "/retry", "component=course", cookie), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(http_post(port(), "/retry", "component=course&csrf=" + csrf, cookie),
              StartsWith("HTTP/1.1 303"));
  EXPECT_THAT(get("/", cookie), HasSubstr("1 task is tried again now."));
  EXPECT_THAT(get("/", cookie), Not(HasSubstr("tried again now."))) << "it is said once";
}

TEST_F(EndpointTest, ExplainsWhatCanBeLookedUp) {
  open();
  EXPECT_THAT(get("/?entity=%3Cb%3E"), HasSubstr("Write a type and an id"));
  EXPECT_THAT(get("/?entity=node:12"), HasSubstr("Nothing is known of it"));
}

}  // namespace
}  // namespace moodlesync::ops
