#include "ops/status_pauses.h"

#include <algorithm>

#include "ops/html.h"
#include "ops/status_verdict.h"

namespace moodlesync::ops {

const Pause* pause_of(std::span<const Pause> pauses, std::string_view component) {
  auto found = std::ranges::find(pauses, component, &Pause::component);
  if (found == pauses.end()) found = std::ranges::find(pauses, "", &Pause::component);
  return found == pauses.end() ? nullptr : &*found;
}

std::string pauses_in_words(std::span<const Pause> pauses) {
  std::string words;
  for (const Pause& pause : pauses) {
    words.append(words.empty() ? "" : "; ");
    words.append(pause.component.empty() ? "everything" : pause.component);
    words.append(" for ").append(age_in_words(pause.since));
    if (!pause.reason.empty()) words.append(" (").append(pause.reason).append(")");
  }
  return words;
}

std::string who_is_paused(std::span<const Pause> pauses) {
  if (pauses.size() == 1) return pauses[0].component + " is paused";
  if (pauses.size() == 2) {
    return pauses[0].component + " and " + pauses[1].component + " are paused";
  }
  return counted(static_cast<std::int64_t>(pauses.size()), "component") + " are paused";
}

}  // namespace moodlesync::ops
