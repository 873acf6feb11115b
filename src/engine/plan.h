#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/scribe.h"
#include "moodlesync/ids.h"
#include "moodlesync/link.h"

namespace moodlesync::engine {

/// A value that would change in Moodle.
struct PlannedField {
  std::string name;                 ///< As in Link::sent.
  std::optional<std::string> from;  ///< Empty: not known, or nothing.
  std::optional<std::string> to;    ///< Empty: taken away.
  bool operator==(const PlannedField&) const = default;
};

/// What would become of one entity.
struct PlanItem {
  enum class Action {
    kNothing,  ///< Moodle agrees already.
    kCreate,
    kUpdate,
    kRemove,  ///< The entity is gone from Drupal, and something is done about it in Moodle.
    kForget,  ///< The entity is gone from Drupal, and Moodle is left alone.
    kWait,
    kSkip,
    kPark,  ///< Would be parked, or is.
    kRetry,
  };
  TaskKey key;
  Action action = Action::kNothing;
  std::optional<MoodleId> moodle_id;  ///< Below zero: it would be given.
  std::vector<PlannedField> fields;
  std::vector<Scribe::Note> calls;
  std::string code;     ///< Why it waits, is skipped, parked or tried again.
  std::string message;  ///< The same for people.
  /// What Moodle holds, as far as the link, or what was read back, says.
  Link held;
  std::optional<Link> stored;  ///< The link as it was read, if there is one.
  [[nodiscard]] bool would_change() const { return !calls.empty(); }
};

/// "create", "update", "unchanged", …
[[nodiscard]] std::string_view to_string(PlanItem::Action action);

using PlanSink = std::function<void(PlanItem)>;

}  // namespace moodlesync::engine
