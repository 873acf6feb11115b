#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan.h"
#include "moodlesync/survey.h"

namespace moodlesync::app {

/// One way in which Moodle is not as Drupal says.
struct Drift {
  enum class Kind {
    kMissing,    ///< Moodle does not have it.
    kDifferent,  ///< One field.
    kLeftOver,   ///< It is gone from Drupal, and Moodle was to be told.
    kOrphaned,   ///< Moodle has it under our idnumber, and Drupal has no such entity.
    kDuplicate,  ///< Moodle has two for one entity.
    kUnclear,    ///< It could not be compared; `reason` says why.
  };
  Kind kind = Kind::kMissing;
  TaskKey key;
  std::optional<MoodleId> moodle_id;
  std::string field = {};
  std::optional<std::string> moodle = std::nullopt;
  std::optional<std::string> drupal = std::nullopt;
  std::string reason = {};
};

[[nodiscard]] std::string_view to_string(Drift::Kind kind);

/// Gathers drift out of a plan that was made by comparing with Moodle, and what would mend it.
class DriftReport {
 public:
  void add(const engine::PlanItem& item);
  /// Only a person can mend it.
  void add(Drift drift) { drifts_.push_back(std::move(drift)); }

  [[nodiscard]] bool empty() const { return drifts_.empty(); }
  /// Links that are to say what Moodle really holds, so that a conversation sends the difference.
  [[nodiscard]] const std::vector<Correction>& corrections() const { return corrections_; }
  /// Entities that a conversation mends without that.
  [[nodiscard]] const std::vector<TaskKey>& to_queue() const { return to_queue_; }

  void print_text(std::ostream& out) const;
  void print_csv(std::ostream& out) const;
  /// `queued`: by --fix; nothing without it.
  void print_json(std::optional<std::size_t> queued, std::ostream& out) const;

 private:
  void add_one(const engine::PlanItem& item, Drift::Kind kind, std::string reason);

  std::int64_t compared_ = 0;
  std::vector<Drift> drifts_;
  std::vector<Correction> corrections_;
  std::vector<TaskKey> to_queue_;
};

}  // namespace moodlesync::app
