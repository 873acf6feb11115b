#include "engine/newcomers.h"

#include <chrono>

namespace moodlesync::engine {

namespace {

/// Nobody has looked into it by then; a first load of the largest sites goes through in it.
constexpr std::chrono::hours kStaysNew{1};
constexpr std::chrono::minutes kClearingInterval{1};

}  // namespace

void Newcomers::note(std::string_view component, MoodleId id) {
  forget_old();
  since_.insert_or_assign({std::string(component), id}, clock_.now());
}

bool Newcomers::contains(std::string_view component, MoodleId id) const {
  const auto found = since_.find({std::string(component), id});
  return found != since_.end() && clock_.now() - found->second < kStaysNew;
}

void Newcomers::forget_old() {
  const auto now = clock_.now();
  if (now < next_clearing_) return;
  next_clearing_ = now + kClearingInterval;
  std::erase_if(since_, [now](const auto& entry) { return now - entry.second >= kStaysNew; });
}

}  // namespace moodlesync::engine
