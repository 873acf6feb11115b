#include "ops/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace moodlesync::ops {

namespace {

sigset_t signal_set(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = signal_set({SIGTERM, SIGINT, SIGHUP});
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

Result<std::unique_ptr<SignalControl>> SignalControl::open(std::function<bool()> may_reload) {
  const sigset_t set = signal_set({SIGTERM, SIGINT, SIGHUP});
  const int fd = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0) {
    return Error{ErrorKind::kBug, "signalfd",
                 std::string("cannot listen for signals: ") + std::strerror(errno)};
  }
  return std::unique_ptr<SignalControl>(new SignalControl(fd, std::move(may_reload)));
}

SignalControl::SignalControl(int fd, std::function<bool()> may_reload)
    : fd_(fd), may_reload_(std::move(may_reload)) {}

SignalControl::~SignalControl() { ::close(fd_); }

Command SignalControl::take() {
  bool stop = false;
  bool reload = false;
  signalfd_siginfo signal{};
  while (::read(fd_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    if (signal.ssi_signo == SIGHUP) reload = true;
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) stop = true;
    if (signal.ssi_signo == SIGINT) {
      const sigset_t again = signal_set({SIGINT});
      pthread_sigmask(SIG_UNBLOCK, &again, nullptr);
    }
  }
  if (stop) return Command::kStop;
  return reload && may_reload_() ? Command::kReload : Command::kNone;
}

}  // namespace moodlesync::ops
