#include "outside/announcer.h"

#include <algorithm>
#include <utility>

#include "outside/command_call.h"
#include "outside/payload.h"
#include "outside/url_call.h"

namespace moodlesync::outside {

namespace {

/// Entities per call; the rest comes with the next one.
constexpr std::size_t kPerCall = 1000;

}  // namespace

void Announcer::tell(const std::vector<EntityRef>& entities) {
  waiting_.insert(entities.begin(), entities.end());
}

std::vector<OutsideCaches::Told> Announcer::tend() {
  std::vector<Told> ended;
  if (call_ != nullptr) {
    auto outcome = poll();
    if (!outcome) return ended;
    call_.reset();
    ended.push_back({std::exchange(told_, {}), *std::move(outcome)});
  }
  if (waiting_.empty()) return ended;
  const auto end =
      std::next(waiting_.begin(), static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kPerCall)));
  told_.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  auto started = start();
  if (started) {
    call_ = *std::move(started);
    deadline_ = clock_.now() + settings_.timeout;
  } else {
    ended.push_back({std::exchange(told_, {}), std::move(started).error()});
  }
  return ended;
}

std::optional<Status> Announcer::poll() {
  if (auto outcome = call_->poll()) return outcome;
  if (clock_.now() < deadline_) return std::nullopt;
  return Error{ErrorKind::kTransient, "too_slow",
               "what drupal.invalidate_command or invalidate_url names did not end within " +
                   std::to_string(settings_.timeout.count()) + " ms and was stopped"};
}

Result<std::unique_ptr<Call>> Announcer::start() {
  const std::string text = payload(told_);
  if (!settings_.command.empty()) return start_command(settings_.command, text);
  return start_post(settings_.url, settings_.ca_file, settings_.timeout, text);
}

}  // namespace moodlesync::outside
