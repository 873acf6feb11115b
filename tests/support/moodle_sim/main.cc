// moodle-sim: the simulator as a program, until SIGINT or SIGTERM. Prints its URL on stdout.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "support/moodle_sim/moodle_sim.h"

namespace {

namespace sim = moodlesync::sim;

struct Flags {
  std::string listen = "127.0.0.1:0";
  int latency_request_ms = 0;
  double latency_row_ms = 0;
  int duplicate_ms = 0;
  std::string version = "5.1";
  bool log = false;
  std::vector<std::string> course_fields;
  std::vector<std::string> profile_fields;
  sim::Options options;
};

void declare(CLI::App& app, Flags& flags) {
  app.add_option("--listen", flags.listen, "127.0.0.1:PORT; port 0 chooses one")
      ->capture_default_str();
  app.add_option("--token", flags.options.settings.token, "the web service token")
      ->capture_default_str();
  app.add_option("--latency-request", flags.latency_request_ms, "milliseconds per request");
  app.add_option("--latency-row", flags.latency_row_ms, "milliseconds per row of a request");
  app.add_option("--latency-duplicate", flags.duplicate_ms,
                 "milliseconds more for each duplicated course");
  app.add_option("--max-input-vars", flags.options.settings.max_input_vars,
                 "PHP's limit; longer bodies are cut silently")
      ->capture_default_str();
  app.add_option("--moodle", flags.version, "which Moodle to play")
      ->check(CLI::IsMember({"4.1", "4.5", "5.1"}))
      ->capture_default_str();
  app.add_option("--course-field", flags.course_fields, "a custom field of courses, by short name");
  app.add_option("--profile-field", flags.profile_fields, "a custom profile field, by short name");
  app.add_flag("--log", flags.log, "one line per request on stderr: function and rows");
}

bool apply(Flags& flags) {
  const std::string host = "127.0.0.1:";
  if (!flags.listen.starts_with(host)) return false;
  char* end = nullptr;
  const std::string port = flags.listen.substr(host.size());
  flags.options.port = static_cast<int>(std::strtol(port.c_str(), &end, 10));
  if (port.empty() || *end != '\0' || flags.options.port > 65535) return false;
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  sim::Latency& latency = flags.options.latency;
  latency.per_request = std::chrono::milliseconds(flags.latency_request_ms);
  latency.per_row = duration_cast<microseconds>(Milliseconds(flags.latency_row_ms));
  latency.per_call_of["core_course_duplicate_course"] =
      std::chrono::milliseconds(flags.duplicate_ms);
  for (const std::string& name : flags.course_fields)
    flags.options.settings.course_fields.push_back({.shortname = name});
  for (const std::string& name : flags.profile_fields)
    flags.options.settings.profile_fields.push_back({.shortname = name});
  if (flags.version == "4.1") flags.options.settings.version = sim::Version::k41;
  if (flags.version == "4.5") flags.options.settings.version = sim::Version::k45;
  return true;
}

int run(const Flags& flags) {
  // Blocked before any thread starts, so that only sigwait() below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  sim::MoodleSim moodle(flags.options);
  if (flags.log) {
    moodle.on_call([](const sim::Call& call) {
      std::fprintf(stderr, "%s rows=%zu\n", call.function.c_str(), call.rows);
    });
  }
  std::printf("%s\n", moodle.url().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A simulated Moodle: its REST functions over loopback HTTP");
  Flags flags;
  declare(app, flags);
  CLI11_PARSE(app, argc, argv);
  if (!apply(flags)) {
    std::fprintf(stderr, "--listen wants 127.0.0.1:PORT\n");
    return 64;
  }
  try {
    return run(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "moodle-sim: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
