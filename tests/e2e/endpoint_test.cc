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
using testsupport::HttpConnection;

class EndpointTest : public testing::Test {
 protected:
  void start(const std::string& listen = "127.0.0.1:0") {
    rig_.configure("http:\n  listen: \"" + listen + "\"\n  refresh: 1s\n");
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
  std::size_t courses() { return rig_.moodle().state()->courses.size() - 1; }

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
