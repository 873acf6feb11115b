#pragma once

namespace moodlesync::moodle {

/// What a row takes in calls of one kind, in microseconds, averaged over the last few of them.
struct RowCost {
  double per_row = 0;
  int calls = 0;

  /// `weight`: of the newest call in the average.
  void add(double sample, double weight) {
    per_row = calls == 0 ? sample : (1 - weight) * per_row + weight * sample;
    ++calls;
  }
};

}  // namespace moodlesync::moodle
