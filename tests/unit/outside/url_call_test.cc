#include "outside/url_call.h"

#include <httplib.h>

#include <thread>

#include "bench.h"

namespace moodlesync::outside {
namespace {

using std::chrono::milliseconds;

/// Somebody's hook on this machine.
class UrlCallTest : public testing::Test {
 protected:
  UrlCallTest() {
    server_.Post("/ok", [this](const httplib::Request& request, httplib::Response& response) {
      body_ = request.body;
      type_ = request.get_header_value("Content-Type");
      response.status = 204;
    });
    server_.Post("/refused", [](const httplib::Request&, httplib::Response& response) {
      response.status = 403;
      response.set_content("no", "text/plain");
    });
    server_.Post("/moved", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("/ok");
    });
    server_.Post("/silent", [this](const httplib::Request&, httplib::Response&) {
      while (!over_) std::this_thread::sleep_for(milliseconds(1));
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(milliseconds(1));
  }
  ~UrlCallTest() override {
    over_ = true;
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] Status post(const std::string& path, milliseconds timeout = milliseconds(20'000)) {
    auto call = start_post("http://127.0.0.1:" + std::to_string(port_) + path, "", timeout, "{}\n");
    if (!call) return std::move(call).error();
    auto outcome = outcome_of(**call);
    return outcome ? *outcome : Status(Error{ErrorKind::kBug, "endless", ""});
  }

  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  std::atomic<bool> over_{false};
  std::string body_;
  std::string type_;
};

TEST_F(UrlCallTest, PostsItsBodyAsJson) {
  const Status done = post("/ok");
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(body_, "{}\n");
  EXPECT_EQ(type_, "application/json");
}

TEST_F(UrlCallTest, TakesNothingButSuccessForDone) {
  EXPECT_NE(post("/refused").error().message.find("HTTP 403"), std::string::npos);
}

TEST_F(UrlCallTest, FollowsNoRedirect) {
  EXPECT_NE(post("/moved").error().message.find("HTTP 302"), std::string::npos);
  EXPECT_EQ(body_, "");
}

TEST_F(UrlCallTest, DoesNotWaitForEver) {
  EXPECT_EQ(post("/silent", milliseconds(100)).error().code, "url_failed");
}

TEST_F(UrlCallTest, SaysWhenNobodyListens) {
  auto call = start_post("http://127.0.0.1:1/", "", milliseconds(20'000), "{}");
  ASSERT_TRUE(call);
  const auto outcome = outcome_of(**call);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
}

TEST(UrlObjection, WantsHttpsUnlessTheHookIsOnThisMachine) {
  for (const char* good : {"https://www.example.org/hook", "http://localhost/hook",
                           "http://127.0.0.1:8080/hook", "http://[::1]/hook"}) {
    EXPECT_EQ(url_objection(good), "") << good;
  }
  for (const char* bad :
       {"http://www.example.org/hook", "ftp://localhost/", "file:///etc/passwd",
        "http://127.0.0.1.example.org/", "http://localhost.example.org/", "x y"}) {
    EXPECT_NE(url_objection(bad), "") << bad;
  }
}

}  // namespace
}  // namespace moodlesync::outside
