#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "bench_table.h"

namespace moodlesync::bench {

/// How much of everything: 1 is what the goals speak of, less for a quick look.
struct Scale {
  double factor = 1;
  bool statements = false;  ///< Also tell on stderr which statements PostgreSQL was busy with.
  bool calls = false;       ///< Also tell on stderr which calls our way to the ratios was made of.
  [[nodiscard]] int of(int number) const {
    return number * factor < 1 ? 1 : static_cast<int>(number * factor);
  }
};

/// Each builds a site of its own, measures, and adds its lines. Throws what its rig throws.
void measure_users(const Scale& scale, BenchTable& table);
void measure_courses(const Scale& scale, BenchTable& table);
void measure_enrolments(const Scale& scale, BenchTable& table);
void measure_drain(const Scale& scale, BenchTable& table);
void measure_idle_latency(const Scale& scale, BenchTable& table);
void measure_capture(const Scale& scale, BenchTable& table);
void measure_memory(const Scale& scale, BenchTable& table);
void measure_start(const Scale& scale, BenchTable& table);
void measure_resync(const Scale& scale, BenchTable& table);

[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `share`: 0.99 for the value that all but one in a hundred are below, 1 for the largest.
[[nodiscard]] inline double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

/// Requires: at least one value.
[[nodiscard]] inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values.at(half) : (values.at(half - 1) + values.at(half)) / 2;
}

}  // namespace moodlesync::bench
