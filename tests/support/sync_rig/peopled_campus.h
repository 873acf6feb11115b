#pragma once

#include <memory>

#include "support/campus/campus_people.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::testsupport {

/// A campus with people and all five components at work; no content yet.
class PeopledCampus {
 public:
  /// `options`: how the rig works; model and components are the campus's.
  explicit PeopledCampus(SyncRig::Options options = {});
  [[nodiscard]] SyncRig& rig() { return rig_; }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }
  [[nodiscard]] Campus& campus() { return *campus_; }
  [[nodiscard]] CampusPeople& people() { return *people_; }

 private:
  [[nodiscard]] SyncRig::Options completed(SyncRig::Options options);

  std::unique_ptr<Campus> campus_;
  std::unique_ptr<CampusPeople> people_;
  SyncRig rig_;  ///< Last: its construction fills the others.
};

}  // namespace moodlesync::testsupport
