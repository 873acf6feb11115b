#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/process/child_process.h"

namespace moodlesync::chaos {

/// The daemons of a round: processes that are killed, frozen and stopped, and started again by
/// tend(), as systemd would.
///
/// Threads: kill_all() and times_all_killed() from any thread; everything else from the thread that
/// made the object.
class Instances {
 public:
  /// Each runs `program run --config CONFIG` and appends to a log of its own in `logs`.
  Instances(std::filesystem::path program, std::filesystem::path config,
            const std::filesystem::path& logs, std::size_t count);

  /// An end of a process.
  struct Ended {
    pid_t pid = -1;
    int code = 0;             ///< As ChildProcess::wait().
    bool was_killed = false;  ///< By us, with SIGKILL.
    bool was_asked = false;   ///< By us, with SIGTERM.
    std::chrono::steady_clock::time_point at;
    /// Neither killed nor asked, or asked and ended with an error. Who is asked before he listens
    /// ends of the signal itself.
    [[nodiscard]] bool is_a_fault() const;
  };

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  void kill(std::size_t which);
  void kill_all();
  [[nodiscard]] int times_all_killed();
  void ask_to_stop(std::size_t which);
  /// Stops the process where it stands (SIGSTOP); tend() lets it go on after `time`.
  void freeze(std::size_t which, std::chrono::milliseconds time);
  void thaw_all();

  /// Notices who ended, starts who does not run.
  [[nodiscard]] std::vector<Ended> tend();
  /// Stops all in an orderly way; who does not end within `limit` is killed and reported with -1.
  [[nodiscard]] std::vector<Ended> finish(std::chrono::milliseconds limit);

 private:
  struct Instance {
    std::filesystem::path log;
    std::unique_ptr<testsupport::ChildProcess> process;
    bool is_killed = false;
    bool is_asked = false;
    std::chrono::steady_clock::time_point killed_at;
    std::optional<std::chrono::steady_clock::time_point> frozen_until;
  };

  void kill_one(Instance& instance);
  [[nodiscard]] std::optional<Ended> look_at(Instance& instance,
                                             std::chrono::milliseconds patience);

  std::filesystem::path program_;
  std::filesystem::path config_;
  std::mutex mutex_;  ///< Guards all_: a process must not be reaped while somebody kills it.
  std::vector<Instance> all_;
  int times_all_killed_ = 0;  ///< Guarded by mutex_.
};

}  // namespace moodlesync::chaos
