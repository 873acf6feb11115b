#pragma once

#include <span>
#include <vector>

#include "moodlesync/moodle.h"
#include "moodlesync/result.h"

namespace moodlesync::moodle {

/// Gives each row its part of Moodle's answer, as Function::Answer promises; the results are in the
/// order of `rows`. A null row has been withdrawn: it keeps its place, its result means nothing.
///
/// An answer without the promised form or length was made for another call than the one we sent
/// (PHP cuts a body in silence): then no row knows what became of it, kInDoubt for a write,
/// kTransient for a read.
///
/// A warning speaks of the row that its itemid names. One that names none, or none of ours, is
/// every row's: success is never assumed. Warnings with a code that concerns account or site keep
/// that meaning (kConfig, kUnavailable) instead of kRejected.
///
/// A warning with Function::done_code is no warning.
[[nodiscard]] std::vector<Result<Json>> deal_out(const Function& function,
                                                 std::span<const Params* const> rows, Json answer);

/// Whether `answer` holds a warning that leaves open which row was refused.
[[nodiscard]] bool has_stray_warning(const Function& function, const Json& answer);

}  // namespace moodlesync::moodle
