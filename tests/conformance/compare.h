#pragma once

#include <string>

#include "conformance/recording.h"

namespace moodlesync::conformance {

/// What differs between a recorded answer and ours, in words; "" when nothing that counts does.
///
/// Status, content type, errorcode, exception class, warnings, and every answer's keys, types and
/// lengths must agree; texts and flags too, but not ids, times, URLs and what depends on the rest
/// of the recorded site (sort orders, counts).
[[nodiscard]] std::string difference(const RecordedCall& recorded, const sim::Reply& ours);

}  // namespace moodlesync::conformance
