#include "support/process/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace moodlesync::testsupport {

namespace {

constexpr std::chrono::milliseconds kLook{5};

[[noreturn]] void become(const ChildProcess::Command& command) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = open("/dev/null", O_RDONLY);
  if (out < 0 || in < 0) _exit(126);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const auto& [name, value] : command.environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(command.program.c_str(), argv.data());
  _exit(127);
}

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) : pid_(fork()) {
  if (pid_ < 0) throw std::runtime_error("cannot start a process");
  if (pid_ == 0) become(command);
}

ChildProcess::~ChildProcess() {
  if (!is_running()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) const {
  if (!exit_code_) kill(pid_, number);
}

bool ChildProcess::is_running() { return !wait(std::chrono::milliseconds{0}).has_value(); }

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!exit_code_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_code_ = code_of(status);
    } else if (std::chrono::steady_clock::now() >= until) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(kLook);
    }
  }
  return exit_code_;
}

Finished run_program(const std::filesystem::path& program,
                     const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  const TemporaryDirectory directory;
  const auto output = directory.path() / "output";
  ChildProcess child({program, arguments, output});
  const std::optional<int> code = child.wait(limit);
  std::ifstream in(output);
  std::stringstream text;
  text << in.rdbuf();
  return {code.value_or(-1), text.str()};
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "moodle-syncd-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory in /tmp");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryDirectory::write(const std::string& name,
                                                const std::string& content) const {
  std::filesystem::path file = path_ / name;
  std::ofstream(file) << content;
  chmod(file.c_str(), 0600);
  return file;
}

}  // namespace moodlesync::testsupport
