#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/drift.h"
#include "moodlesync/component.h"
#include "moodlesync/gateway.h"

namespace moodlesync::app {

/// Compares what bears our idnumbers in Moodle with the entities that a pass has gone through: what
/// has no entity, and what bears the idnumber of an entity that is something else in Moodle.
class Census {
 public:
  /// An entity of the pass, with its Moodle id where it has one.
  void note(const engine::PlanItem& item);

  /// Asks Moodle about every source of `component`. What could not be listed for want of a function
  /// is in gaps(). Errors: as Moodle's.
  [[nodiscard]] Status take(const Component& component, Gateway& gateway, DriftReport& report);
  [[nodiscard]] const std::vector<std::string>& gaps() const { return gaps_; }

 private:
  void compare(const SourceSpec& source, const Stamped& one, DriftReport& report);

  /// By component and entity.
  std::map<std::pair<std::string, EntityRef>, std::optional<MoodleId>> entities_;
  std::set<std::pair<std::string, MoodleId>> seen_;
  std::vector<std::string> gaps_;
};

}  // namespace moodlesync::app
