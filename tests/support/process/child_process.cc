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

#include "support/process/exec_words.h"

namespace moodlesync::testsupport {

namespace {

constexpr std::chrono::milliseconds kLook{5};

/// In the child, which may only do what a signal handler may.
[[noreturn]] void become(const char* output, char* const* arguments, char* const* environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = open("/dev/null", O_RDONLY);
  if (out < 0 || in < 0) _exit(126);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(arguments[0], arguments, environment);
  _exit(127);
}

std::vector<std::string> command_line(const ChildProcess::Command& command) {
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  return words;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string variable = *one;
    if (!changes.contains(variable.substr(0, variable.find('=')))) variables.push_back(variable);
  }
  for (const auto& [name, value] : changes) variables.push_back(name + "=" + value);
  return variables;
}

pid_t start(const ChildProcess::Command& command) {
  const std::string output = command.output.string();
  const ExecWords arguments(command_line(command));
  const ExecWords environment(environment_with(command.environment));
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start a process");
  if (child == 0) become(output.c_str(), arguments.get(), environment.get());
  return child;
}

/// Where a process stands that should have ended: what runs in it, and what each thread waits for.
std::string whereabouts(pid_t pid) {
  std::string text;
  std::error_code ended;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ended)) {
    text += "\n  thread " + task.path().filename().string() + ":";
    for (const char* file : {"comm", "wchan", "syscall"}) {
      std::string line;
      std::ifstream in(task.path() / file);
      std::getline(in, line);
      text += " " + line;
    }
  }
  return text;
}

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) : pid_(start(command)) {}

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
  const std::string where = code ? "" : "\nstill running:" + whereabouts(child.pid());
  std::ifstream in(output);
  std::stringstream text;
  text << in.rdbuf();
  return {code.value_or(-1), text.str() + where};
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
