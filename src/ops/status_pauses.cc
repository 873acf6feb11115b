#include "ops/status_pauses.h"

#include "ops/html.h"
#include "ops/status_verdict.h"

namespace moodlesync::ops {

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
