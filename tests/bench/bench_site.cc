#include "bench_site.h"

#include <stdexcept>

#include "measurements.h"

namespace moodlesync::bench {

double BenchSite::sync(int daemons) {
  const auto start = std::chrono::steady_clock::now();
  const engine::RunEnd end = rig().sync_side_by_side(daemons);
  if (end.kind != engine::RunEnd::Kind::kIdle) throw std::runtime_error(end.message);
  return seconds_since(start);
}

}  // namespace moodlesync::bench
