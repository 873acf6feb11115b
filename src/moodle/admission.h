#pragma once

#include <cstddef>

#include "moodlesync/moodle.h"

namespace moodlesync::moodle {

/// Decides whether another call may start now.
///
/// A slow call (a course being duplicated, minutes) holds one connection; while others are allowed
/// at all, one is kept free of slow calls, so that they delay nobody.
class Admission {
 public:
  /// Requires: limit > 0.
  explicit Admission(std::size_t limit) : limit_(limit) {}

  /// Calls that are out already are not called back.
  void set_limit(std::size_t limit) { limit_ = limit; }

  [[nodiscard]] bool has_room() const { return in_flight_ < limit_; }
  [[nodiscard]] bool admits(const Function& function) const;

  void started(const Function& function);
  void finished(const Function& function);

 private:
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::size_t slow_ = 0;
};

}  // namespace moodlesync::moodle
