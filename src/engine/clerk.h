#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// Claims tasks for the loop and settles what came of them. Of each it does one at a time: what was
/// begun is to be taken before the next can begin.
///
/// Threads: all calls come from the event loop's, whatever the work is done on.
class Clerk {
 public:
  virtual ~Clerk() = default;

  struct Claimed {
    /// Whether the database that was asked is the site that was installed; else nothing was
    /// claimed.
    Status guarded = ok();
    Result<std::vector<Task>> tasks = std::vector<Task>{};
  };

  /// Errors, when taken: as Guard::check() and Queue::claim(). Requires: !is_claiming().
  virtual void begin_claim(ClaimRequest request) = 0;
  /// What was claimed, once; empty while it is not known.
  [[nodiscard]] virtual std::optional<Claimed> take_claimed() = 0;
  /// A claim has been begun and not been taken.
  [[nodiscard]] virtual bool is_claiming() const = 0;
  /// take_claimed() has something to give.
  [[nodiscard]] virtual bool has_claimed() const = 0;

  /// `group` must stay as it is until the report is taken. Errors, when taken: as Queue::settle().
  /// Requires: !is_settling().
  virtual void begin_settling(std::span<const Settlement> group) = 0;
  [[nodiscard]] virtual std::optional<Result<SettleReport>> take_settled() = 0;
  /// A settling has been begun and not been taken.
  [[nodiscard]] virtual bool is_settling() const = 0;

  /// Whether the loop can do something else while this works.
  [[nodiscard]] virtual bool works_beside() const = 0;
  /// Readable once something may be taken, until hear() is called; -1: nothing has to be waited
  /// for.
  [[nodiscard]] virtual int fd() const = 0;
  virtual void hear() = 0;
  /// Blocks until all that was begun may be taken.
  virtual void wait() = 0;
};

/// A clerk who does at once what it is told, on the loop's own session, which has been guarded.
///
/// Lifetime: borrows the queue.
class ClerkInTurn final : public Clerk {
 public:
  explicit ClerkInTurn(Queue& queue) : queue_(queue) {}

  void begin_claim(ClaimRequest request) override { claimed_ = {ok(), queue_.claim(request)}; }
  [[nodiscard]] std::optional<Claimed> take_claimed() override {
    return std::exchange(claimed_, std::nullopt);
  }
  [[nodiscard]] bool is_claiming() const override { return claimed_.has_value(); }
  [[nodiscard]] bool has_claimed() const override { return claimed_.has_value(); }
  void begin_settling(std::span<const Settlement> group) override {
    settled_ = queue_.settle(group);
  }
  [[nodiscard]] std::optional<Result<SettleReport>> take_settled() override {
    return std::exchange(settled_, std::nullopt);
  }
  [[nodiscard]] bool is_settling() const override { return settled_.has_value(); }
  [[nodiscard]] bool works_beside() const override { return false; }
  [[nodiscard]] int fd() const override { return -1; }
  void hear() override {}
  void wait() override {}

 private:
  Queue& queue_;
  std::optional<Claimed> claimed_;
  std::optional<Result<SettleReport>> settled_;
};

}  // namespace moodlesync::engine
