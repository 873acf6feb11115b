#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "engine/clerk.h"
#include "engine/guard.h"

namespace moodlesync::engine {

/// As `ps -L` and a profiler show its thread.
inline constexpr const char* kClerkThread = "clerk";

/// A clerk with a thread and a session of its own, so that PostgreSQL stores what came of one group
/// and looks up the next one while the loop reads and converses. To the database it is one more
/// instance: leases, fencing tokens and the order in which rows are locked keep the two apart.
///
/// Ownership: owns the thread and nothing that it works with. The destructor waits for what was
/// begun (bounded by the statement timeout).
/// Threads: its own uses queue and guard; nobody else may meanwhile.
class ClerkBeside final : public Clerk {
 public:
  struct Ports {
    Queue& queue;
    Guard& guard;  ///< Of the same session as the queue: asked anew with every claim.
  };
  /// Errors: throws std::system_error when there is no thread or descriptor to be had.
  explicit ClerkBeside(Ports ports);
  ~ClerkBeside() override;
  ClerkBeside(const ClerkBeside&) = delete;
  ClerkBeside& operator=(const ClerkBeside&) = delete;

  void begin_claim(ClaimRequest request) override;
  [[nodiscard]] std::optional<Claimed> take_claimed() override;
  [[nodiscard]] bool is_claiming() const override { return is_claiming_; }
  [[nodiscard]] bool has_claimed() const override;
  void begin_settling(std::span<const Settlement> group) override;
  [[nodiscard]] std::optional<Result<SettleReport>> take_settled() override;
  [[nodiscard]] bool is_settling() const override { return is_settling_; }
  [[nodiscard]] bool works_beside() const override { return true; }
  [[nodiscard]] int fd() const override { return fd_; }
  void hear() override;
  void wait() override;

 private:
  void work(const std::stop_token& stop);
  [[nodiscard]] Claimed claim(const ClaimRequest& request);
  void tell();

  Ports ports_;
  int fd_;  ///< An eventfd.

  // The loop's.
  bool is_claiming_ = false;
  bool is_settling_ = false;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_: what is to be done, and what came of it.
  std::optional<ClaimRequest> to_claim_;
  std::optional<std::span<const Settlement>> to_settle_;
  std::optional<Claimed> claimed_;
  std::optional<Result<SettleReport>> settled_;

  std::jthread thread_;  ///< Last: it uses all of the above.
};

}  // namespace moodlesync::engine
