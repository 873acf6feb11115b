#include "bench_site.h"

#include <stdexcept>

#include "measurements.h"

namespace moodlesync::bench {

using testsupport::Campus;
using testsupport::CampusPeople;

testsupport::SyncRig::Options BenchSite::options() {
  testsupport::SyncRig::Options options;
  options.model = [this](testsupport::DrupalSite& site) {
    campus_ = std::make_unique<Campus>(site);
    people_ = std::make_unique<CampusPeople>(*campus_);
  };
  constexpr sim::Id kTrashBin = 2;
  options.components = Campus::components_yaml(kTrashBin) + CampusPeople::components_yaml();
  options.keeps_running = true;
  options.sweeps = true;
  return options;
}

double BenchSite::sync() {
  const auto start = std::chrono::steady_clock::now();
  const engine::RunEnd end = rig_.sync();
  if (end.kind != engine::RunEnd::Kind::kIdle) throw std::runtime_error(end.message);
  return seconds_since(start);
}

}  // namespace moodlesync::bench
