#include "app/healthcheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands_fixture.h"
#include "ops/http_server.h"
#include "ops/steady_clock.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;

class HealthcheckTest : public CommandsTest {
 protected:
  /// A daemon that is alive and not ready.
  HealthcheckTest() {
    auto opened = ops::HttpServer::open({}, clock_, [](const ops::HttpRequest& request) {
      const bool alive = request.path == "/livez";
      return ops::HttpResponse{
          alive ? 200 : 503, "text/plain", alive ? "alive\n" : "Moodle: away", {}};
    });
    server_ = *std::move(opened);
    listen("0.0.0.0:" + std::to_string(server_->address().port));
  }
  void listen(const std::string& address) {
    folder_.write("moodle-syncd.yaml", good_config() + "http: {listen: \"" + address + "\"}\n");
  }

  ops::SteadyClock clock_;
  std::unique_ptr<ops::HttpServer> server_;
};

TEST_F(HealthcheckTest, IsContentWithADaemonThatIsAlive) {
  EXPECT_EQ(run(&healthcheck), ExitCode::kOk);
  EXPECT_EQ(out(), "alive\n");
}

TEST_F(HealthcheckTest, SaysWhyTheDaemonIsNotReady) {
  Invocation invocation;
  invocation.ready = true;
  EXPECT_EQ(run(&healthcheck, invocation), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("/readyz says no: Moodle: away"));
}

TEST_F(HealthcheckTest, FailsWhenNobodyAnswers) {
  server_.reset();
  EXPECT_EQ(run(&healthcheck), ExitCode::kUnavailable);
  EXPECT_THAT(err(), HasSubstr("does not answer"));
}

TEST_F(HealthcheckTest, SaysWhatToSetWhenThereIsNobodyToAsk) {
  folder_.write("moodle-syncd.yaml", good_config());
  EXPECT_EQ(run(&healthcheck), ExitCode::kConfig);
  EXPECT_THAT(err(), HasSubstr("set http.listen in"));
}

}  // namespace
}  // namespace moodlesync::app
