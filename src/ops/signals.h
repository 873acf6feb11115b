#pragma once

#include <functional>
#include <memory>

#include "moodlesync/control.h"
#include "moodlesync/result.h"

namespace moodlesync::ops {

/// Blocks SIGTERM, SIGINT and SIGHUP for this thread and those it starts, and ignores SIGPIPE.
/// Requires: no other thread runs yet, or a signal would find the one that does not block it.
void block_signals();

/// The signals as commands: SIGTERM and SIGINT stop, SIGHUP reloads.
///
/// After the first SIGINT has been taken, a second one ends the process at once, as a person at a
/// terminal expects; what was in flight comes back when its lease ends.
///
/// Lifetime: owns the descriptor. Threads: the event loop's only.
class SignalControl : public Control {
 public:
  /// `may_reload` is asked at each SIGHUP and says whether the new configuration is good; only then
  /// take() answers kReload. Requires: block_signals(). Errors: kBug (no descriptor to be had).
  [[nodiscard]] static Result<std::unique_ptr<SignalControl>> open(
      std::function<bool()> may_reload);
  ~SignalControl() override;
  SignalControl(const SignalControl&) = delete;
  SignalControl& operator=(const SignalControl&) = delete;

  [[nodiscard]] int fd() const override { return fd_; }
  /// Takes in all that has come; a stop wins over a reload.
  [[nodiscard]] Command take() override;

 private:
  SignalControl(int fd, std::function<bool()> may_reload);

  int fd_;
  std::function<bool()> may_reload_;
};

}  // namespace moodlesync::ops
