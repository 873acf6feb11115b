#include <unistd.h>

#include <array>
#include <ctime>
#include <optional>

#include "live_gateway.h"
#include "raw_server.h"

namespace moodlesync::moodle {
namespace {

constexpr Function kWrite{.name = "core_course_create_courses", .list = "courses"};
constexpr Function kRead{.name = "core_course_get_courses_by_field",
                         .effect = Function::Effect::kRead,
                         .shape = Function::Shape::kSingle,
                         .answer = Function::Answer::kWhole};

Call write(std::string shortname = "a") {
  Call call{.function = &kWrite, .row = {}};
  call.row.add("shortname", std::move(shortname));
  return call;
}

Call read() {
  Call call{.function = &kRead, .row = {}};
  call.row.add("field", "id").add("value", "1");
  return call;
}

GatewaySettings settings_for(const RawServer& server) {
  return {.base_url = server.url(), .token = Secret("t0ken")};
}

TEST(Transport, KeepsItsConnection) {
  RawServer server({answer("[1]"), answer("[2]"), answer("[3]")});
  LiveGateway live(settings_for(server));
  EXPECT_TRUE(live.answer(live.start(write())).has_value());
  EXPECT_TRUE(live.answer(live.start(read())).has_value());
  EXPECT_TRUE(live.answer(live.start(write())).has_value());
  EXPECT_EQ(live.gateway->stats().connections, 1U);
  EXPECT_EQ(live.gateway->stats().calls, 3U);
}

// libcurl repeats a request by itself when a kept connection is closed before the first byte of an
// answer. A server that had done the work would do it twice.
TEST(Transport, NeverSendsAWriteTwiceWhenAKeptConnectionIsClosed) {
  RawServer server({answer("[1]"), close_without_answer(), answer("[2]")});
  LiveGateway live(settings_for(server));
  ASSERT_TRUE(live.answer(live.start(write("first"))).has_value());
  const Error error = live.error(live.start(write("second")));
  EXPECT_EQ(error.kind, ErrorKind::kInDoubt) << error.message;
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(Transport, SendsAReadAgainWhenAKeptConnectionIsClosed) {
  RawServer server({answer("[1]"), close_without_answer(), answer(R"({"courses":[]})")});
  LiveGateway live(settings_for(server));
  ASSERT_TRUE(live.answer(live.start(write())).has_value());
  EXPECT_TRUE(live.answer(live.start(read())).has_value());
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Transport, LeavesAWriteInDoubtWhenTheServerStaysSilent) {
  RawServer server({Reaction{Reaction::Kind::kSilence, {}}});
  GatewaySettings settings = settings_for(server);
  settings.timeout_factor = 0.005;
  LiveGateway live(std::move(settings));
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(error.code, "no_answer");
  EXPECT_TRUE(live.gateway->outage().has_value());
}

TEST(Transport, LeavesAWriteInDoubtWhenTheAnswerIsCutInTheMiddle) {
  const std::string whole = http(R"([{"id":1,"shortname":"a"}])");
  RawServer server({Reaction{Reaction::Kind::kSendClose, whole.substr(0, whole.size() - 5)}});
  LiveGateway live(settings_for(server));
  EXPECT_EQ(live.error(live.start(write())).kind, ErrorKind::kInDoubt);
}

TEST(Transport, KnowsThatNothingWasSentWhereNobodyListens) {
  std::string url;
  {
    const RawServer gone({});
    url = gone.url();
  }
  LiveGateway live({.base_url = url, .token = Secret("t0ken")});
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable) << error.message;
  EXPECT_EQ(error.code, "unreachable");
}

TEST(Transport, DropsAnAnswerThatIsTooLarge) {
  RawServer server({answer("[\"" + std::string(100'000, 'x') + "\"]")});
  GatewaySettings settings = settings_for(server);
  settings.max_answer_bytes = 50'000;
  LiveGateway live(std::move(settings));
  EXPECT_EQ(live.error(live.start(read())).code, "answer_too_large");
}

TEST(Transport, FollowsNoRedirectAndNamesWhereItLeads) {
  RawServer server({Reaction{Reaction::Kind::kSend,
                             http("", "303 See Other", "Location: https://other.test/x?y\r\n")}});
  LiveGateway live(settings_for(server));
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kConfig);
  EXPECT_NE(error.message.find("https://other.test:"), std::string::npos) << error.message;
}

TEST(Transport, HearsHowLongToStayAway) {
  RawServer server({Reaction{Reaction::Kind::kSend,
                             http("", "503 Service Unavailable", "Retry-After: 120\r\n")}});
  LiveGateway live(settings_for(server));
  EXPECT_EQ(live.error(live.start(write())).retry_after, std::chrono::seconds(120));
}

TEST(Transport, SendsALargeBodyWholeWithoutWaitingForLeave) {
  RawServer server({answer("[1]")});
  LiveGateway live(settings_for(server));
  ASSERT_TRUE(live.answer(live.start(write(std::string(3'000'000, 'x')))).has_value());
  const std::string request = server.requests().at(0);
  EXPECT_EQ(request.find("Expect:"), std::string::npos);
  EXPECT_TRUE(request.ends_with("x&wstoken=t0ken&wsfunction=core_course_create_courses"));
}

TEST(Transport, PutsNothingSecretIntoTheHead) {
  RawServer server({answer("[1]")});
  LiveGateway live(settings_for(server));
  ASSERT_TRUE(live.answer(live.start(write())).has_value());
  const std::string request = server.requests().at(0);
  const std::string head = request.substr(0, request.find("\r\n\r\n"));
  EXPECT_TRUE(head.starts_with("POST /webservice/rest/server.php HTTP/1.1\r\n"));
  EXPECT_NE(head.find("User-Agent: moodle-syncd/"), std::string::npos);
  EXPECT_NE(head.find("Content-Type: application/x-www-form-urlencoded"), std::string::npos);
  EXPECT_EQ(head.find("t0ken"), std::string::npos);
}

TEST(Transport, WakesWhenADescriptorIsReadable) {
  const RawServer server({});
  LiveGateway live(settings_for(server));
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  ASSERT_EQ(::write(pipe_ends[1], "x", 1), 1);
  const std::array<int, 2> wake{-1, pipe_ends[0]};
  const auto begin = std::chrono::steady_clock::now();
  live.gateway->pump(std::chrono::seconds(30), wake);
  live.gateway->attend(pipe_ends[0], std::chrono::seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Transport, CanBeDroppedWhileCallsAreOnTheWire) {
  RawServer server({Reaction{Reaction::Kind::kSilence, {}}});
  LiveGateway live(settings_for(server));
  live.start(write());
  EXPECT_TRUE(live.run_until([&] { return server.requests().size() == 1; }));
  live.talks.clear();
  EXPECT_EQ(live.gateway->outstanding(), 0U);
}

/// What the gateway makes of a 503 with this header.
std::optional<std::chrono::seconds> retry_after(const std::string& value) {
  RawServer server({Reaction{Reaction::Kind::kSend, http("", "503 Service Unavailable",
                                                         "Retry-After: " + value + "\r\n")}});
  LiveGateway live(settings_for(server));
  return live.error(live.start(write())).retry_after;
}

TEST(Transport, UnderstandsADateInRetryAfter) {
  const std::time_t then = std::time(nullptr) + 120;
  std::tm parts{};
  std::array<char, 64> date{};
  std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &parts));
  const auto wait = retry_after(date.data());
  ASSERT_TRUE(wait.has_value());
  EXPECT_GT(*wait, std::chrono::seconds(60));
  EXPECT_LE(*wait, std::chrono::seconds(120));
}

TEST(Transport, BelievesARetryAfterForAnHourAtMost) {
  EXPECT_EQ(retry_after("9999999"), std::chrono::seconds(3600));
}

TEST(Transport, IgnoresARetryAfterThatIsNoTime) { EXPECT_FALSE(retry_after("soon").has_value()); }

}  // namespace
}  // namespace moodlesync::moodle
