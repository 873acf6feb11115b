#include "ops/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using State = ParsedRequest::State;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

int refusal_of(std::string_view bytes) {
  const ParsedRequest parsed = parse_request(bytes);
  return parsed.state == State::kRefused ? parsed.status : 0;
}

TEST(HttpMessage, ReadsPathQueryHeadersAndBody) {
  const ParsedRequest parsed = parse_request(
      "POST /retry?verbose&x=a%20b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1");
  ASSERT_EQ(parsed.state, State::kComplete);
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.path, "/retry");
  EXPECT_EQ(parsed.request.query.at("x"), "a b");
  EXPECT_TRUE(parsed.request.query.contains("verbose"));
  EXPECT_EQ(parsed.request.header("host"), "localhost");
  EXPECT_EQ(parsed.request.form().at("a"), "1");
}

TEST(HttpMessage, WaitsForTheRest) {
  const std::string whole = "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nok";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(parse_request(whole.substr(0, length)).state, State::kIncomplete) << length;
  }
  EXPECT_EQ(parse_request(whole).state, State::kComplete);
}

TEST(HttpMessage, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nX: " + std::string(kLargestRequest, 'x')), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 100; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(refusal_of(many + "\r\n"), 431);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 16385\r\n\r\n"), 413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"), 413);
}

TEST(HttpMessage, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(refusal_of("GET /\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET http://elsewhere/ HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/2\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nnonsense\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nX: a\tb\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 501);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\n"), 400);
}

TEST(HttpMessage, FindsACookieAmongOthers) {
  HttpRequest request;
  request.headers["cookie"] = "theme=dark; session=abc; x=";
  EXPECT_EQ(request.cookie("session"), "abc");
  EXPECT_EQ(request.cookie("sess"), "");
}

TEST(HttpMessage, DecodesFormsAndKeepsTheFirstOfTwo) {
  const FormValues values = parse_form("a=1+2&a=3&b=%C3%A4&c&=x&d=%zz&e=%4");
  EXPECT_EQ(values.at("a"), "1 2");
  EXPECT_EQ(values.at("b"), "ä");
  EXPECT_EQ(values.at("c"), "");
  EXPECT_EQ(values.at("d"), "%zz");
  EXPECT_EQ(values.at("e"), "%4");
  EXPECT_EQ(values.size(), 5U);
}

TEST(HttpMessage, SaysHowLongTheBodyIsAlsoWithoutSendingIt) {
  const HttpResponse response{503, "text/plain", "not ready\n", {{"X-A", "b"}}};
  EXPECT_THAT(render(response, true), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(render(response, true), HasSubstr("\r\nX-A: b\r\n"));
  EXPECT_THAT(render(response, true), EndsWith("\r\n\r\nnot ready\n"));
  EXPECT_THAT(render(response, false), HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(render(response, false), EndsWith("\r\n\r\n"));
}

}  // namespace
}  // namespace moodlesync::ops
