#include "support/sync_rig/peopled_campus.h"

#include <stdexcept>
#include <utility>

namespace moodlesync::testsupport {

namespace {

constexpr sim::Id kTrashBin = 2;

}  // namespace

PeopledCampus::PeopledCampus(SyncRig::Options options) : rig_(completed(std::move(options))) {
  if (rig_.trash_bin() != kTrashBin) throw std::logic_error("the trash bin has another id");
}

SyncRig::Options PeopledCampus::completed(SyncRig::Options options) {
  options.model = [this](DrupalSite& site) {
    campus_ = std::make_unique<Campus>(site);
    people_ = std::make_unique<CampusPeople>(*campus_);
  };
  options.components = Campus::components_yaml(kTrashBin) + CampusPeople::components_yaml();
  return options;
}

}  // namespace moodlesync::testsupport
