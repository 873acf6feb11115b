#include "engine/retry.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

/// Allowed in every window, so that single failures on a quiet site are repeated without delay.
constexpr std::int64_t kAlwaysAllowed = 10;

}  // namespace

std::chrono::milliseconds backoff(const EngineSettings& settings, int attempts, Random& random) {
  const int doublings = std::clamp(attempts - 1, 0, 30);
  const auto limit =
      std::min(settings.retry_cap, settings.retry_base * (std::int64_t{1} << doublings));
  std::uniform_int_distribution<std::int64_t> within(0, std::max<std::int64_t>(limit.count(), 0));
  return std::chrono::milliseconds{within(random)};
}

void RetryBudget::turn() {
  const auto now = clock_.now();
  if (now < window_ends_) return;
  const bool follows = now < window_ends_ + settings_.retry_window;
  conversations_before_ = follows ? conversations_ : 0;
  conversations_ = 0;
  taken_ = 0;
  window_ends_ = now + settings_.retry_window;
}

void RetryBudget::note_conversation() {
  turn();
  ++conversations_;
}

bool RetryBudget::take() {
  if (left() == 0) return false;
  ++taken_;
  return true;
}

std::int64_t RetryBudget::left() {
  turn();
  const std::int64_t share = (conversations_ + conversations_before_) * settings_.retry_share / 100;
  return std::max<std::int64_t>(kAlwaysAllowed + share - taken_, 0);
}

std::chrono::milliseconds RetryBudget::later(Random& random) const {
  const std::int64_t cap = settings_.retry_cap.count();
  std::uniform_int_distribution<std::int64_t> within(cap / 2, cap);
  return std::chrono::milliseconds{within(random)};
}

}  // namespace moodlesync::engine
