#include "support/daemon_rig/daemon_rig.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/campus/comparison.h"

namespace moodlesync::testsupport {

namespace {

sim::Options moodle_options(sim::Latency latency) {
  sim::Options options;
  options.latency = std::move(latency);
  options.settings.course_fields = {{.shortname = "ects"}, {.shortname = "lecturer"}};
  options.settings.profile_fields = {{.shortname = "matriculation"}, {.shortname = "programme"}};
  return options;
}

}  // namespace

DaemonRig::DaemonRig(std::filesystem::path daemon, sim::Latency latency)
    : program_(std::move(daemon)),
      cluster_(PostgresCluster::shared()),
      drupal_(DrupalSite::fresh(cluster_)),
      campus_(drupal_),
      moodle_(moodle_options(std::move(latency))),
      trash_bin_(moodle_.create_category({.name = "Trash"})),
      log_(directory_.path() / "moodle-syncd.log") {
  configure("");
}

void DaemonRig::configure(const std::string& more, const std::string& components) {
  const auto token = directory_.write("token", moodle_.token());
  config_ = directory_.write(
      "moodle-syncd.yaml",
      "drupal:\n  site_url: https://drupal.example\n  connection: \"" + drupal_.connection() +
          "\"\nmoodle:\n  url: " + moodle_.url() +
          "\n  allow_http: true\n  token_file: " + token.string() +
          "\nstate_dir: " + directory_.path().string() + "\nlog:\n  level: debug\n" + more +
          (components.empty() ? Campus::components_yaml(trash_bin_) : components));
}

Finished DaemonRig::command(std::vector<std::string> words) {
  words.insert(words.end(), {"--config", config_.string()});
  return run_program(program_, words);
}

void DaemonRig::install() {
  const Finished installed = command({"install"});
  if (installed.code == 0) return;
  throw std::runtime_error("install ended with " + std::to_string(installed.code) + ":\n" +
                           installed.output);
}

void DaemonRig::start() {
  process_ = std::make_unique<ChildProcess>(
      ChildProcess::Command{program_, {"run", "--config", config_.string()}, log_});
}

std::optional<int> DaemonRig::stop(int signal, std::chrono::milliseconds limit) {
  process_->signal(signal);
  return process_->wait(limit);
}

std::string DaemonRig::log_text() const {
  std::ifstream in(log_);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> DaemonRig::differences() {
  return testsupport::differences(drupal_, moodle_, trash_bin_);
}

bool DaemonRig::wait_until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

}  // namespace moodlesync::testsupport
