// Health and metrics of a real daemon, as a probe, a scraper and a hostile client see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "support/daemon_rig/daemon_rig.h"
#include "support/http_client/http_client.h"

namespace moodlesync {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testsupport::DaemonRig;
using testsupport::http_get;
using testsupport::http_post;
using testsupport::HttpConnection;

constexpr const char* kAdminToken = "admin-token-0123456789";

class EndpointTest : public testing::Test {
 protected:
  void start(const std::string& listen = "127.0.0.1:0", const std::string& more = {}) {
    rig_.configure("http:\n  listen: \"" + listen + "\"\n  refresh: 1s\n" + more);
    rig_.install();
    rig_.start();
    ASSERT_TRUE(DaemonRig::wait_until([&] { return port() != 0; }));
  }
  /// 0: the daemon has not said yet where it listens.
  std::uint16_t port() {
    static const std::regex kAddress("at http://127\\.0\\.0\\.1:([0-9]+)/");
    std::smatch match;
    const std::string log = rig_.log_text();
    if (!std::regex_search(log, match, kAddress)) return 0;
    return static_cast<std::uint16_t>(std::stoul(match[1].str()));
  }
  std::string get(std::string_view target) { return http_get(port(), target); }
  bool becomes(std::string_view target, std::string_view text) {
    return DaemonRig::wait_until([&] { return get(target).find(text) != std::string::npos; });
  }
  /// Like start(), for people who may sign in. The header line with the cookie of one who has.
  std::string start_for_admins() {
    const auto token = secret_.write("admin-token", kAdminToken);
    start("127.0.0.1:0", "  admin_token_file: " + token.string() + "\n");
    const std::string answer = http_post(port(), "/sign-in", "token=" + std::string(kAdminToken));
    return "Cookie: " + found(answer, "Set-Cookie: ([^;]+);") + "\r\n";
  }
  static std::string found(const std::string& text, const char* pattern) {
    std::smatch match;
    return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
  }
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }

  testsupport::TemporaryDirectory secret_;
  DaemonRig rig_{MOODLESYNC_DAEMON};
};

TEST_F(EndpointTest, ListensOnThisMachineOnlyWhenGivenAPort) {
  start("0");
  std::ifstream in("/proc/" + std::to_string(rig_.daemon().pid()) + "/net/tcp");
  std::stringstream sockets;
  sockets << in.rdbuf();
  std::array<char, 8> hex{};
  std::snprintf(hex.data(), hex.size(), ":%04X", port());
  EXPECT_THAT(sockets.str(), HasSubstr("0100007F" + std::string(hex.data())));
  EXPECT_THAT(sockets.str(), Not(HasSubstr("00000000" + std::string(hex.data()))));
}

TEST_F(EndpointTest, IsReadyOnlyWhileMoodleIsThereAndAliveAllTheTime) {
  start();
  EXPECT_TRUE(becomes("/readyz", "\r\n\r\nready"));
  rig_.moodle().inject(sim::Fault::maintenance().always());
  rig_.campus().add_courses(1);
  EXPECT_TRUE(becomes("/readyz?verbose", "[-] moodle"));
  EXPECT_THAT(get("/readyz?verbose"), HasSubstr("[+] database ok"));
  EXPECT_THAT(get("/readyz?exclude=moodle"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/metrics"), HasSubstr("moodle_syncd_circuit_state{side=\"moodle\"} 1"));
  rig_.moodle().clear_faults();
  EXPECT_TRUE(becomes("/readyz", "\r\n\r\nready"));
}

TEST_F(EndpointTest, CountsWhatItDoes) {
  start();
  rig_.campus().add_courses(5);
  EXPECT_TRUE(becomes("/metrics",
                      "moodle_syncd_events_total{component=\"course\",outcome=\"synced\"} 5\n"));
  EXPECT_TRUE(becomes("/metrics", "moodle_syncd_links 5\n"));
  EXPECT_TRUE(becomes("/metrics", "moodle_syncd_queue_table_bytes"));
}

TEST_F(EndpointTest, ShowsNoSecretAndNothingOfWhatIsSynced) {
  start();
  rig_.moodle().inject(sim::Fault::exception("shortnametaken").on("core_course_create_courses"));
  rig_.campus().add_courses(5);
  ASSERT_TRUE(becomes("/metrics", "moodle_syncd_links "));
  ASSERT_TRUE(DaemonRig::wait_until([&] { return courses() >= 4; }));
  const std::string title =
      rig_.drupal().sql().text("SELECT title FROM node_field_data ORDER BY nid LIMIT 1");
  ASSERT_FALSE(title.empty());
  for (const char* path : {"/livez", "/readyz?verbose", "/metrics", "/nothing"}) {
    EXPECT_THAT(get(path), Not(HasSubstr(rig_.moodle().token()))) << path;
    EXPECT_THAT(get(path), Not(HasSubstr(title))) << path;
  }
}

TEST_F(EndpointTest, SyncsAlthoughThePortIsInUseAndSaysSo) {
  start();
  const std::string taken = "127.0.0.1:" + std::to_string(port());
  DaemonRig other{MOODLESYNC_DAEMON};
  other.configure("http:\n  listen: " + taken + "\n");
  other.install();
  other.campus().add_courses(1);
  other.start();
  EXPECT_TRUE(DaemonRig::wait_until([&] { return other.moodle().state()->courses.size() == 2; }));
  EXPECT_THAT(other.log_text(), HasSubstr("MS-113"));
  EXPECT_EQ(other.stop(SIGTERM), 0);
}

TEST_F(EndpointTest, SyncsWhateverHostileClientsDo) {
  start();
  std::vector<HttpConnection> idle;
  for (int i = 0; i < 100; ++i) {
    idle.emplace_back(port());
    idle.back().send(i % 2 == 0 ? "GET / HTTP/1.1\r\nX: " : std::string(20'000, 'x'));
  }
  rig_.campus().add_courses(3);
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 3; }));
  EXPECT_THAT(get("/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

TEST_F(EndpointTest, LeadsFromWhatWaitsToWhatHoldsItUp) {
  start();
  rig_.moodle().inject(
      sim::Fault::exception("nopermissions").on("core_course_create_categories").always());
  const std::string tid = std::to_string(rig_.drupal().create_term("sections", "S"));
  const std::string nid = std::to_string(rig_.drupal().create_node(
      "course", "A", {{"field_shortname", {"A"}}, {"field_category", {tid}}}));
  const std::string term = "taxonomy_term:" + tid;
  const std::string node = "node:" + nid;
  const std::string link = "<a href=\"/?entity=" + term + "\">" + term + "</a>";
  EXPECT_TRUE(becomes("/?entity=" + node, "<h3>course: waits for " + link)) << get("/");
  EXPECT_TRUE(becomes("/", "1 entry waits for a Moodle id from category: " + link));
  EXPECT_THAT(get("/?entity=" + term), HasSubstr("<h3>category: "));
  EXPECT_THAT(get("/?entity=" + term), HasSubstr(">" + node + "</a> (course)"));
  EXPECT_THAT(get("/?entity=node:999999"), HasSubstr("Nothing is known of it"));
}

TEST_F(EndpointTest, PausesForWhoHasSignedInUntilTheyResume) {
  const std::string cookie = start_for_admins();
  const std::string csrf = found(http_get(port(), "/", cookie), "name=\"csrf\" value=\"([^\"]+)\"");
  const std::string form = "component=course&reason=new+mapping&csrf=" + csrf;
  EXPECT_THAT(http_post(port(), "/pause", form), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(http_post(port(), "/pause", form, cookie + "Origin: https://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(http_post(port(), "/pause", form, cookie), StartsWith("HTTP/1.1 303"));
  EXPECT_THAT(rig_.command({"status"}).output, HasSubstr("new mapping"));

  const auto nid = rig_.drupal().create_node("course", "A", {{"field_shortname", {"A"}}});
  EXPECT_TRUE(becomes("/", "1 change waits: course is paused"));
  EXPECT_THAT(get("/"), HasSubstr("<strong>Paused:</strong> course for "));
  EXPECT_THAT(get("/?entity=node:" + std::to_string(nid)), HasSubstr("(new mapping). It goes on"));
  EXPECT_EQ(courses(), 0U);
  EXPECT_THAT(http_post(port(), "/resume", form, cookie), StartsWith("HTTP/1.1 303"));
  EXPECT_TRUE(DaemonRig::wait_until([&] { return courses() == 1; }));
  EXPECT_TRUE(becomes("/", "Moodle is in step"));
}

TEST_F(EndpointTest, TakesUpANewAddressWithAReload) {
  start();
  rig_.configure("");
  rig_.daemon().signal(SIGHUP);
  EXPECT_TRUE(DaemonRig::wait_until([&] {
    return rig_.log_text().find("the new configuration is in force") != std::string::npos &&
           get("/livez").empty();
  }));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

}  // namespace
}  // namespace moodlesync
