#pragma once

namespace moodlesync::moodle {

/// What a row takes in calls of one kind, in microseconds, averaged over the last few of them.
struct RowCost {
  double per_row = 0;
  double spread = 0;  ///< Mean square distance from it.
  int calls = 0;

  /// `weight`: of the newest call in the average.
  void add(double sample, double weight) {
    if (calls == 0) {
      per_row = sample;
    } else {
      const double off = sample - per_row;
      per_row += weight * off;
      spread = (1 - weight) * (spread + weight * off * off);
    }
    ++calls;
  }

  /// How far off the average may well be, as a share of it, squared.
  [[nodiscard]] double doubt() const { return spread / (per_row * per_row) / calls; }
};

}  // namespace moodlesync::moodle
