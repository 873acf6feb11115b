#include "engine/refusals.h"

#include <algorithm>

namespace moodlesync::engine {

bool is_refusal(const Error& error) {
  return error.kind != ErrorKind::kUnavailable && error.kind != ErrorKind::kInDoubt &&
         error.kind != ErrorKind::kTransient;
}

bool Refusals::note(const Error& error) {
  if (!is_refusal(error)) return false;
  last_ = error;
  return true;
}

void Refusals::note_intake(const Status& status) {
  if (status) rest_ = kFirstRest;
  if (status || !note(status.error())) return;
  rests_until_ = clock_.now() + rest_;
  rest_ = std::min(rest_ * 2, longest_);
}

}  // namespace moodlesync::engine
