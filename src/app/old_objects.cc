#include "app/old_objects.h"

#include <algorithm>

namespace moodlesync::app {

void OldObjects::note_the_unreadable() {
  for (const auto& [name, what] : objects_.unreadable) {
    std::string note = name;
    notes_.push_back(note.append(" cannot be read and was left out: ").append(what));
  }
}

std::optional<OldSettings> OldObjects::find(std::initializer_list<std::string_view> names) {
  std::optional<OldSettings> found;
  std::string found_as;
  for (const std::string_view name : names) {
    known_.emplace_back(name);
    const auto at = objects_.by_name.find(std::string(name));
    if (at == objects_.by_name.end()) continue;
    if (!found) {
      found_as = name;
      found.emplace(found_as, at->second, notes_);
    } else {
      notes_.push_back(std::string(name) + " is there beside " + found_as + "; left out");
    }
  }
  return found;
}

OldSettings OldObjects::get(std::string_view name) {
  auto found = find({name});
  return found ? *std::move(found) : OldSettings(std::string(name), none_, notes_);
}

void OldObjects::note_the_rest() {
  for (const auto& [name, object] : objects_.by_name) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const bool is_completion = name == "moodle_sync_completion.settings";
    notes_.push_back(name + (is_completion
                                 ? " is about what Moodle tells Drupal, which stays with Drupal"
                                 : " is not known here; left out"));
  }
}

}  // namespace moodlesync::app
