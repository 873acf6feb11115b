#include "engine/scribe.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace moodlesync::engine {

namespace {

/// What is said of something planned, with its id in it.
Json about_planned(const Function& function, std::string_view id) {
  if (function.answer == Function::Answer::kMatch) return {};
  std::string text(function.of_planned);
  constexpr std::string_view kMark = "$id";
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + id.size())) {
    text.replace(at, kMark.size(), id);
  }
  return Json::parse(text, nullptr, false);
}

}  // namespace

bool PlannedIds::contains(std::string_view text) const {
  const auto number = base::parse_int(text);
  return number && *number < 0 && *number >= -count_;
}

bool Scribe::is_about_planned(const Call& call) const {
  const auto is_planned = [this](const auto& item) { return ports_.ids.contains(item.second); };
  return std::ranges::any_of(call.row.items(), is_planned) ||
         std::ranges::any_of(call.fixed.items(), is_planned);
}

Json Scribe::answer_to(const Call& call) {
  const Function& function = *call.function;
  if (function.effect == Function::Effect::kRead) {
    for (const auto& [name, value] : call.row.items()) {
      if (ports_.ids.contains(value)) return about_planned(function, value);
    }
    return about_planned(function, "0");
  }
  const bool makes_something =
      function.answer == Function::Answer::kInOrder || function.answer == Function::Answer::kWhole;
  if (!makes_something) return {};
  return Json{{"id", ports_.ids.next().value}};
}

void Scribe::submit(PendingCall& call) {
  const bool is_read = call.call().function->effect == Function::Effect::kRead;
  if (is_read && !is_about_planned(call.call())) return submit_to(ports_.moodle, call);
  if (!is_read) {
    if (!held_) held_ = link_;
    notes_.push_back({std::string(call.call().function->name), std::string(call.call().removal)});
  }
  Json answer = answer_to(call.call());
  ports_.ready.push_back(call.answer(std::move(answer)));
}

}  // namespace moodlesync::engine
