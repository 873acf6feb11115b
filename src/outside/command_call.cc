#include "outside/command_call.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "outside/descriptor.h"

extern char** environ;

namespace moodlesync::outside {

namespace {

class CommandCall final : public Call {
 public:
  CommandCall(pid_t child, std::string program)
      : child_(child),
        watch_(static_cast<int>(syscall(SYS_pidfd_open, child, 0))),
        program_(std::move(program)) {}
  CommandCall(const CommandCall&) = delete;
  CommandCall& operator=(const CommandCall&) = delete;
  ~CommandCall() override {
    if (child_ <= 0) return;
    kill(-child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

  [[nodiscard]] int fd() const override { return watch_.get(); }

  [[nodiscard]] std::optional<Status> poll() override {
    int status = 0;
    if (waitpid(child_, &status, WNOHANG) != child_) return std::nullopt;
    child_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ok();
    const std::string how = WIFSIGNALED(status)
                                ? "was ended by signal " + std::to_string(WTERMSIG(status))
                                : "ended with code " + std::to_string(WEXITSTATUS(status));
    return Error{ErrorKind::kTransient, "command_failed", program_ + " " + how};
  }

 private:
  pid_t child_;
  Descriptor watch_;
  std::string program_;
};

/// A file in memory, so that a program that does not read its input blocks nobody.
Descriptor file_with(const std::string& text) {
  Descriptor file(memfd_create("entities", MFD_CLOEXEC));
  std::size_t written = 0;
  while (file.get() >= 0 && written < text.size()) {
    const ssize_t count = write(file.get(), text.data() + written, text.size() - written);
    if (count <= 0) return Descriptor();
    written += static_cast<std::size_t>(count);
  }
  if (file.get() >= 0) lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// posix_spawn's two descriptions of the child, freed at the end.
struct Child {
  Child() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

void describe(Child& child, int input) {
  posix_spawn_file_actions_adddup2(&child.files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&child.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  // No connection of ours, whatever library opened it.
  posix_spawn_file_actions_addclosefrom_np(&child.files, STDERR_FILENO + 1);
  // We hold back signals to read them from a descriptor; the child is to have them as usual.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&child.attributes, &none);
  posix_spawnattr_setsigdefault(&child.attributes, &all);
  posix_spawnattr_setpgroup(&child.attributes, 0);
  posix_spawnattr_setflags(&child.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

Result<std::unique_ptr<Call>> start_command(const std::vector<std::string>& command,
                                            const std::string& input) {
  const Descriptor file = file_with(input);
  if (file.get() < 0) {
    return Error{ErrorKind::kTransient, "command_failed",
                 std::string("no memory for what the command is told: ") + std::strerror(errno)};
  }
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Child child;
  describe(child, file.get());
  pid_t pid = -1;
  const int failed =
      posix_spawn(&pid, arguments[0], &child.files, &child.attributes, arguments.data(), environ);
  if (failed != 0) {
    return Error{ErrorKind::kConfig, "bad_command",
                 command.front() + " cannot be started: " + std::strerror(failed)};
  }
  return std::unique_ptr<Call>(std::make_unique<CommandCall>(pid, command.front()));
}

}  // namespace moodlesync::outside
