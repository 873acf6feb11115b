#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/recording.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::conformance {

enum class Kind { kCategory, kCourse, kUser, kCohort };

/// Recorded ids and the simulator's, learnt from the answers of create calls and from first
/// appearances: an id that was there before the recording is made with what the recording shows of
/// it.
class IdMap {
 public:
  IdMap(sim::MoodleSim& moodle, const std::vector<RecordedCall>& all);

  /// The parameters with the simulator's ids. Makes rows for ids that appear for the first time.
  [[nodiscard]] sim::Variables translate(const RecordedCall& call);
  /// Makes rows for ids that the answer of a look-up shows for the first time.
  void prepare_answer(const RecordedCall& call);
  /// Pairs the ids that a create call gave with ours.
  void learn(const RecordedCall& call, const Json& ours);
  /// The simulator's id; made when it is new.
  sim::Id ours(Kind kind, sim::Id recorded);

 private:
  using Key = std::pair<Kind, sim::Id>;

  void note_shown(Kind kind, const Json& row);
  sim::Id make(Kind kind, sim::Id recorded);
  std::string translate_value(Kind kind, const std::string& value);

  sim::MoodleSim& moodle_;
  std::map<Key, sim::Id> ids_;
  std::map<Key, Json> shown_;  ///< The first answer that shows the row.
};

}  // namespace moodlesync::conformance
