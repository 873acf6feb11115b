// Clients as they come: well-behaved, slow, hostile, many.
#include "ops/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "ops/steady_clock.h"
#include "support/http_client/http_client.h"

namespace moodlesync::ops {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testsupport::http_exchange;
using testsupport::http_get;
using testsupport::HttpConnection;

/// Time that passes when a test says so.
class HandClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return TimePoint{} + std::chrono::seconds{seconds_.load()};
  }
  void advance(int seconds) { seconds_ += seconds; }

 private:
  std::atomic<int> seconds_{1};
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    auto opened = HttpServer::open({}, clock_, [this](const HttpRequest& request) {
      ++asked_;
      return HttpResponse{200, "text/plain", request.path + big_, {}};
    });
    server_ = *std::move(opened);
  }
  [[nodiscard]] std::uint16_t port() const { return server_->address().port; }

  HandClock clock_;
  std::atomic<int> asked_{0};
  std::string big_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ListensOnThisMachineOnlyAndTellsThePort) {
  EXPECT_EQ(server_->address().host, "127.0.0.1");
  EXPECT_NE(port(), 0);
}

TEST_F(HttpServerTest, AnswersOneRequestAndHangsUp) {
  EXPECT_THAT(http_get(port(), "/livez"), EndsWith("\r\n\r\n/livez"));
}

TEST_F(HttpServerTest, SaysThatThePortIsInUseAndWhatToDo) {
  const auto second = HttpServer::open(server_->address(), clock_,
                                       [](const HttpRequest&) { return HttpResponse{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "cannot_listen");
  EXPECT_THAT(second.error().message, HasSubstr("http.listen"));
}

TEST_F(HttpServerTest, RefusesEndlessHeaders) {
  const HttpConnection connection(port());
  connection.send("GET / HTTP/1.1\r\n");
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 100 && connection.send(line); ++i) continue;
  EXPECT_THAT(connection.read_all(), testing::AnyOf(StartsWith("HTTP/1.1 431"), ""));
  EXPECT_EQ(asked_, 0);
}

TEST_F(HttpServerTest, AnswersOthersWhileAHundredConnectionsSayNothing) {
  std::vector<HttpConnection> idle;
  for (int i = 0; i < 100; ++i) {
    idle.emplace_back(port());
    idle.back().send("GET /slow HTTP/1.1\r\nX-Drip: ");
  }
  EXPECT_THAT(http_get(port(), "/livez"), EndsWith("/livez"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(HttpServerTest, HangsUpOnAClientThatDripsForTooLong) {
  const HttpConnection slow(port());
  slow.send("GET /slow HTTP/1.1\r\n");
  // Another answer proves that the slow one has been accepted.
  EXPECT_THAT(http_get(port(), "/a"), EndsWith("/a"));
  clock_.advance(10);
  EXPECT_THAT(http_get(port(), "/b"), EndsWith("/b"));
  EXPECT_EQ(slow.read_all(), "");
}

TEST_F(HttpServerTest, EndsWhileAClientDoesNotTakeItsAnswer) {
  big_ = std::string(std::size_t{32} << 20U, 'x');
  const HttpConnection lazy(port());
  lazy.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(http_exchange(port(), "HEAD / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  server_.reset();
}

TEST_F(HttpServerTest, AnswersARequestThatComesInPiecesAndOneWithTooMuchBehindIt) {
  const HttpConnection connection(port());
  connection.send("GET /pie");
  EXPECT_THAT(http_get(port(), "/other"), EndsWith("/other"));
  connection.send("ces HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n");
  EXPECT_THAT(connection.read_all(), EndsWith("\r\n\r\n/pieces"));
  EXPECT_EQ(asked_, 2);
}

}  // namespace
}  // namespace moodlesync::ops
