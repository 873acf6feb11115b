#pragma once

#include <memory>

#include "support/campus/campus_people.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::bench {

/// A campus with people and all five components, joined in this process.
class BenchSite {
 public:
  BenchSite() : rig_(options()) {}
  [[nodiscard]] testsupport::SyncRig& rig() { return rig_; }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }
  [[nodiscard]] testsupport::Campus& campus() { return *campus_; }
  [[nodiscard]] testsupport::CampusPeople& people() { return *people_; }

  /// Runs until nothing is due; seconds.
  double sync();

 private:
  [[nodiscard]] testsupport::SyncRig::Options options();

  std::unique_ptr<testsupport::Campus> campus_;
  std::unique_ptr<testsupport::CampusPeople> people_;
  testsupport::SyncRig rig_;  ///< Last: its construction fills the others.
};

}  // namespace moodlesync::bench
