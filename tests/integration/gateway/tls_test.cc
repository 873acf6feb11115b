#include "live_gateway.h"
#include "tls_server.h"

namespace moodlesync::moodle {
namespace {

constexpr Function kWrite{.name = "core_course_create_courses", .list = "courses"};

Call write() {
  Call call{.function = &kWrite, .row = {}};
  call.row.add("shortname", "a");
  return call;
}

TEST(Tls, TrustsTheAuthorityOfTheSettings) {
  const TlsServer server("IP:127.0.0.1");
  LiveGateway live(
      {.base_url = server.url(), .token = Secret("t0ken"), .ca_file = server.ca_file()});
  EXPECT_TRUE(live.answer(live.start(write())).has_value());
}

TEST(Tls, SendsNothingToAServerOfAnUnknownAuthority) {
  const TlsServer server("IP:127.0.0.1");
  LiveGateway live({.base_url = server.url(), .token = Secret("t0ken")});
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_NE(error.message.find("certificate"), std::string::npos) << error.message;
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, SendsNothingToAServerWithAnotherNamesCertificate) {
  const TlsServer server("DNS:other.test");
  LiveGateway live(
      {.base_url = server.url(), .token = Secret("t0ken"), .ca_file = server.ca_file()});
  EXPECT_EQ(live.error(live.start(write())).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, SendsNothingToAServerWhoseCertificateHasExpired) {
  const TlsServer server("IP:127.0.0.1", TlsServer::Validity::kExpired);
  LiveGateway live(
      {.base_url = server.url(), .token = Secret("t0ken"), .ca_file = server.ca_file()});
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_NE(error.message.find("expired"), std::string::npos) << error.message;
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, SendsNothingToAServerWhoseCertificateIsNotValidYet) {
  const TlsServer server("IP:127.0.0.1", TlsServer::Validity::kNotYet);
  LiveGateway live(
      {.base_url = server.url(), .token = Secret("t0ken"), .ca_file = server.ca_file()});
  EXPECT_EQ(live.error(live.start(write())).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server.requests(), 0);
}

TEST(Tls, SaysThatTheAuthorityFileCannotBeRead) {
  const TlsServer server("IP:127.0.0.1");
  LiveGateway live(
      {.base_url = server.url(), .token = Secret("t0ken"), .ca_file = "/nonexistent/ca.pem"});
  const Error error = live.error(live.start(write()));
  EXPECT_EQ(error.kind, ErrorKind::kConfig);
  EXPECT_NE(error.message.find("/nonexistent/ca.pem"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace moodlesync::moodle
