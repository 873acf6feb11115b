#include "support/ports/fake_gateway.h"

namespace moodlesync::fakes {

void FakeGateway::pump(std::chrono::milliseconds /*wait*/, std::span<const int> /*wake_fds*/) {
  if (!held_) {
    for (PendingCall* call : std::exchange(waiting_, {})) {
      ++answered_;
      ready_.push_back(call->answer(handler_(call->call())));
    }
  }
  after_pump();
}

Co<Result<MoodleSite>> FakeGateway::preflight() {
  const auto at = static_cast<std::size_t>(preflight_count_++);
  const bool succeeds = at >= preflights_.size() || preflights_[at].has_value();
  if (succeeds) outage_.reset();
  if (at < preflights_.size()) co_return preflights_[at];
  co_return MoodleSite{"5.1", "2025100600.02", "https://moodle.example", 2, "sync", {}, 1000};
}

}  // namespace moodlesync::fakes
