// A campus, a simulated Moodle and a real daemon between them, for checks that look at the daemon
// from outside: a browser, a Prometheus. Reads what is to happen from standard input, a word a
// line, and says "ok" when it has.
#include <csignal>
#include <cstdio>
#include <iostream>
#include <regex>
#include <string>

#include "support/campus/campus_people.h"
#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testsupport::Campus;
using testsupport::CampusPeople;
using testsupport::DaemonRig;

constexpr const char* kAdminToken = "showcase-token-0123456789";

class Showcase {
 public:
  Showcase() : rig_(MOODLESYNC_DAEMON), people_(rig_.campus()) {
    const auto token = secret_.write("admin-token", kAdminToken);
    rig_.configure(
        "http:\n  listen: 127.0.0.1:0\n  refresh: 1s\n  admin_token_file: " + token.string() + "\n",
        Campus::components_yaml(rig_.trash_bin()) + CampusPeople::components_yaml());
  }

  bool begin() {
    if (rig_.command({"install"}).code != 0) return false;
    rig_.start();
    if (!DaemonRig::wait_until([this] { return !port().empty(); })) return false;
    std::printf("port %s\ntoken %s\n", port().c_str(), kAdminToken);
    return true;
  }

  /// False: there is no such word.
  bool play(const std::string& word) {
    if (word == "load") return load();
    if (word == "wait") return make_wait();
    if (word == "stuck") return make_stuck();
    if (word == "brake") return brake();
    if (word == "away") return go_away();
    if (word == "back") return come_back();
    if (word == "rest") return DaemonRig::wait_until([this] { return to_do() == 0; });
    return false;
  }

  int end() {
    const auto code = rig_.stop(SIGTERM);
    return code.value_or(1);
  }

 private:
  std::string port() {
    static const std::regex kAddress("at http://127\\.0\\.0\\.1:([0-9]+)/");
    std::smatch match;
    const std::string log = rig_.log_text();
    return std::regex_search(log, match, kAddress) ? match[1].str() : "";
  }

  bool load() {
    rig_.campus().add_sections();
    rig_.campus().add_courses(120);
    people_.add_cohorts(5);
    people_.add_roles();
    people_.add_users(150);
    people_.add_registrations(2);
    return play("rest");
  }

  /// A section that Moodle refuses, and a course that waits for it.
  bool make_wait() {
    rig_.moodle().inject(
        sim::Fault::exception("cannotcreatecategory").on("core_course_create_categories").always());
    const auto section = rig_.drupal().create_term("sections", "Geologie");
    rig_.drupal().create_node(
        "course", "Gesteine",
        {{"field_shortname", {"gesteine"}}, {"field_category", {std::to_string(section)}}});
    const bool is_so = DaemonRig::wait_until([this] {
      return parked() == 1 && rig_.drupal().sql().number(
                                  "SELECT count(*) FROM moodle_sync.task "
                                  "WHERE state = 'waiting'") == 1;
    });
    rig_.moodle().clear_faults();
    return is_so;
  }

  /// Three courses that Moodle refuses.
  bool make_stuck() {
    rig_.moodle().inject(
        sim::Fault::exception("shortnametaken").on("core_course_create_courses").always());
    rig_.campus().add_courses(3, 1000);
    const bool is_so = DaemonRig::wait_until([this] { return parked() == 3; });
    rig_.moodle().clear_faults();
    return is_so;
  }

  bool brake() {
    const auto& courses = rig_.campus().courses();
    rig_.drupal().remove("node", {courses.begin(), courses.begin() + 40});
    return DaemonRig::wait_until([this] {
      return rig_.drupal().sql().number(
                 "SELECT count(*) FROM moodle_sync.task WHERE state = 'parked' AND code = "
                 "'brake'") > 0;
    });
  }

  bool go_away() {
    rig_.moodle().inject(sim::Fault::maintenance().always());
    rig_.campus().add_courses(2, 1000);
    return true;
  }

  bool come_back() {
    rig_.moodle().clear_faults();
    return true;
  }

  std::int64_t parked() {
    return rig_.drupal().sql().number(
        "SELECT count(*) FROM moodle_sync.task WHERE state = 'parked'");
  }
  std::int64_t to_do() {
    return rig_.drupal().sql().number(
        "SELECT (SELECT count(*) FROM moodle_sync.change) + (SELECT count(*) FROM "
        "moodle_sync.task WHERE state <> 'parked')");
  }

  testsupport::TemporaryDirectory secret_;
  DaemonRig rig_;
  CampusPeople people_;
};

int run() {
  Showcase showcase;
  if (!showcase.begin()) return 1;
  for (std::string word; std::getline(std::cin, word) && word != "end";) {
    std::puts(showcase.play(word) ? "ok" : "failed");
  }
  return showcase.end();
}

}  // namespace
}  // namespace moodlesync

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return moodlesync::run();
}
