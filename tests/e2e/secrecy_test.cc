// The token is in its file, in the daemon's memory and in the bodies of its requests, and nowhere
// else, whatever goes wrong.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "support/daemon_rig/daemon_rig.h"

namespace moodlesync {
namespace {

using testsupport::DaemonRig;

/// 32 hexadecimal digits, as Moodle's are.
constexpr const char* kToken = "5f4dcc3b5aa765d61d8327deb882cf99";

class SecrecyTest : public testing::Test {
 protected:
  SecrecyTest() {
    rig_.moodle().change_settings([](sim::Settings& settings) { settings.token = kToken; });
    // At debug level, the most verbose.
    rig_.configure("engine:\n  component_rest: 1s\n  retry_base: 10ms\n");
    rig_.install();
  }

  /// A course that arrives: the daemon is at work.
  void save_a_course() {
    rig_.campus().add_courses(1);
    EXPECT_TRUE(DaemonRig::wait_until([&] { return rig_.moodle().state()->courses.size() == 2; }));
  }
  /// A course whose call, or whatever is called next, meets this.
  void save_a_course_while(sim::Fault fault) {
    const int before = rig_.moodle().faults_struck();
    rig_.moodle().inject(std::move(fault));
    rig_.campus().add_courses(1);
    EXPECT_TRUE(DaemonRig::wait_until([&] { return rig_.moodle().faults_struck() > before; }));
  }
  void expect_secret(const std::string& where, const std::string& text) {
    EXPECT_EQ(text.find(kToken), std::string::npos) << "the token shows in " << where;
  }
  /// Empty when it may not be read at all.
  std::string proc(const std::string& file) {
    std::ifstream in("/proc/" + std::to_string(rig_.daemon().pid()) + "/" + file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string database() {
    return rig_.drupal().sql().text(
        "SELECT coalesce((SELECT string_agg(t::text, ' ') FROM moodle_sync.task t), '') || "
        "coalesce((SELECT string_agg(l::text, ' ') FROM moodle_sync.link l), '')");
  }
  void expect_secret_everywhere() {
    expect_secret("the log", rig_.log_text());
    expect_secret("the queue", database());
    for (const char* verb : {"status", "check"}) {
      expect_secret(verb, rig_.command({verb}).output);
      expect_secret(verb, rig_.command({verb, "--json"}).output);
    }
  }

  DaemonRig rig_{MOODLESYNC_DAEMON};
};

sim::Fault page_with_the_token(int status) {
  return sim::Fault::status(status).body(std::string("<html><body>Bad request: wstoken=") + kToken +
                                         "&wsfunction=x " + kToken + "</body></html>");
}

sim::Fault exception_with_the_token() {
  sim::Fault fault = sim::Fault::garbage();
  fault.text =
      std::string(
          R"({"exception":"moodle_exception","errorcode":"codingerror","message":"token )") +
      kToken + R"( is odd","debuginfo":"wstoken=)" + kToken + R"("})";
  return fault;
}

TEST_F(SecrecyTest, NoLineNoErrorTextAndNoAnswerShowsTheTokenWhateverMoodleDoes) {
  rig_.start();
  save_a_course();
  save_a_course_while(sim::Fault::exception("invalidparameter").on("core_course_create_courses"));
  save_a_course_while(exception_with_the_token().on("core_course_create_courses"));
  save_a_course_while(page_with_the_token(400).on("core_course_create_courses"));
  save_a_course_while(sim::Fault::cut());
  save_a_course_while(page_with_the_token(500));
  EXPECT_TRUE(
      DaemonRig::wait_until([&] { return rig_.log_text().find("MS-202") != std::string::npos; }));
  sim::Fault sign_in = page_with_the_token(200);
  sign_in.kind = sim::Fault::Kind::kBody;
  rig_.moodle().inject(std::move(sign_in).always());
  expect_secret_everywhere();
  rig_.moodle().clear_faults();
  rig_.moodle().change_settings([](sim::Settings& settings) { settings.token = "another"; });
  expect_secret_everywhere();
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
  expect_secret("the log", rig_.log_text());
  EXPECT_NE(rig_.log_text().find("is odd"), std::string::npos)
      << rig_.log_text() << "what Moodle said is logged, so the token was near";
}

TEST_F(SecrecyTest, NeitherTheCommandLineNorTheEnvironmentOfTheProcessHoldsTheToken) {
  rig_.start();
  save_a_course();
  EXPECT_NE(proc("cmdline").find("moodle-syncd.yaml"), std::string::npos);
  expect_secret("/proc/PID/cmdline", proc("cmdline"));
  expect_secret("/proc/PID/environ", proc("environ"));
  EXPECT_EQ(rig_.stop(SIGTERM), 0);
}

TEST_F(SecrecyTest, TheProcessLeavesNoCoreWhenItCrashes) {
  rig_.start();
  save_a_course();
  const std::string limits = proc("limits");
  const std::string line = limits.substr(limits.find("Max core file size"), 60);
  EXPECT_EQ(line.find_first_of("123456789u"), std::string::npos) << line;
  EXPECT_EQ(rig_.stop(SIGQUIT), 128 + SIGQUIT);
}

TEST_F(SecrecyTest, ATokenInTheConfigurationItselfIsRefusedAndNotRepeated) {
  std::ifstream in(rig_.config());
  std::string yaml{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = yaml.find("token_file:");
  yaml.replace(at, yaml.find('\n', at) - at, std::string("token: ") + kToken);
  std::ofstream(rig_.config()) << yaml;
  const auto checked = rig_.command({"check"});
  EXPECT_EQ(checked.code, 78) << checked.output;
  EXPECT_NE(checked.output.find("token_file"), std::string::npos) << checked.output;
  expect_secret("check", checked.output);
}

TEST_F(SecrecyTest, ATokenOnTheCommandLineIsRefused) {
  EXPECT_EQ(rig_.command({"run", "--token", kToken}).code, 64);
}

}  // namespace
}  // namespace moodlesync
