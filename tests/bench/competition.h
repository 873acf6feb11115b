#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bench_table.h"

namespace moodlesync::bench {

/// One of several ways to give a Moodle the same load.
struct Way {
  std::string what;
  std::size_t rows = 0;        ///< Each time.
  std::function<double()> go;  ///< Seconds.
};

/// Who competes: what the daemon is held against, and the daemon.
struct Competitors {
  Way one_each;
  std::vector<Way> by_hand;  ///< At least one; which of them is best depends on the Moodle.
  Way daemon;
};

/// Has them take turns at a real Moodle and adds their rates and the daemon's ratios to `table`.
///
/// A Moodle gets slower with every row, and has moods: its database looks for new statistics, its
/// host does something else. So the ways go round after round, in another order each time, of two
/// of them either comes first as often as the other, and a ratio is the median of those in which
/// two met in one round. Tells the seconds of each round on stderr.
void compete(const std::string& name, const Competitors& competitors, BenchTable& table);

}  // namespace moodlesync::bench
