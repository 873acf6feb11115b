#include "moodle/admission.h"

#include <algorithm>
#include <chrono>

namespace moodlesync::moodle {

namespace {

/// Those that copy or delete whole courses. Calls that merely may drag on, such as one that
/// enrols fifty people and mails each of them, go over all connections.
bool is_slow(const Function& function) { return function.timeout > std::chrono::minutes(5); }

}  // namespace

bool Admission::admits(const Function& function) const {
  if (!has_room()) return false;
  return !is_slow(function) || slow_ < std::max<std::size_t>(1, limit_ - 1);
}

void Admission::started(const Function& function) {
  ++in_flight_;
  if (is_slow(function)) ++slow_;
}

void Admission::finished(const Function& function) {
  --in_flight_;
  if (is_slow(function)) --slow_;
}

}  // namespace moodlesync::moodle
