#include "engine/breaker.h"

#include <algorithm>

namespace moodlesync::engine {

namespace {

constexpr std::chrono::milliseconds kFirstRest{1'000};
constexpr std::chrono::milliseconds kLongestRest{30'000};
constexpr std::chrono::milliseconds kLongestRetryAfter{
    300'000};  // A typo in a header must not stop us for days.

}  // namespace

bool Breaker::wants_probe() const {
  return state_ == State::kUntried || (state_ == State::kOpen && clock_.now() >= probe_at_);
}

bool Breaker::fail(const Error& error) {
  const bool opened = state_ != State::kOpen;
  rest_ = opened ? kFirstRest : std::min(rest_ * 2, kLongestRest);
  std::chrono::milliseconds wait = rest_;
  if (error.retry_after) {
    wait = std::clamp<std::chrono::milliseconds>(*error.retry_after, rest_, kLongestRetryAfter);
  }
  probe_at_ = clock_.now() + wait;
  state_ = State::kOpen;
  reason_ = error;
  return opened;
}

bool Breaker::succeed() {
  const bool recovered = state_ == State::kOpen;
  state_ = State::kClosed;
  rest_ = std::chrono::milliseconds{0};
  reason_.reset();
  return recovered;
}

}  // namespace moodlesync::engine
