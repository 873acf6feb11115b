#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/clerk.h"
#include "engine/guard.h"

namespace moodlesync::engine {

/// Who claims and settles in a test of the loop.
enum class Clerks { kInTurn, kBeside };

inline std::string name_of(const testing::TestParamInfo<Clerks>& info) {
  return info.param == Clerks::kInTurn ? "InTurn" : "Beside";
}

/// A clerk who is beside the loop and always late: what was begun is done while the loop sleeps.
class LateClerk final : public Clerk {
 public:
  LateClerk(Queue& queue, Guard& guard) : queue_(queue), guard_(guard) {}
  bool is_stuck = false;  ///< With what it is to settle, until somebody waits for it.
  std::function<void()> on_claim = [] {};  ///< Called as one is begun.

  void begin_claim(ClaimRequest request) override {
    to_claim_ = std::move(request);
    on_claim();
  }
  std::optional<Claimed> take_claimed() override { return std::exchange(claimed_, std::nullopt); }
  [[nodiscard]] bool is_claiming() const override { return to_claim_ || claimed_; }
  [[nodiscard]] bool has_claimed() const override { return claimed_.has_value(); }
  void begin_settling(std::span<const Settlement> group) override { to_settle_ = group; }
  std::optional<Result<SettleReport>> take_settled() override {
    return std::exchange(settled_, std::nullopt);
  }
  [[nodiscard]] bool is_settling() const override { return to_settle_ || settled_; }
  [[nodiscard]] bool works_beside() const override { return true; }
  [[nodiscard]] int fd() const override { return -1; }
  void hear() override {
    if (!is_stuck) settle();
    claim();
  }
  void wait() override {
    settle();
    claim();
  }

 private:
  void settle() {
    if (const auto group = std::exchange(to_settle_, std::nullopt))
      settled_ = queue_.settle(*group);
  }
  void claim() {
    const auto request = std::exchange(to_claim_, std::nullopt);
    if (!request) return;
    Status guarded = guard_.check();
    claimed_ = guarded ? Claimed{ok(), queue_.claim(*request)} : Claimed{guarded};
  }

  Queue& queue_;
  Guard& guard_;
  std::optional<ClaimRequest> to_claim_;
  std::optional<std::span<const Settlement>> to_settle_;
  std::optional<Claimed> claimed_;
  std::optional<Result<SettleReport>> settled_;
};

}  // namespace moodlesync::engine
