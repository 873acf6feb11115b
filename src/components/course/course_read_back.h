#pragma once

#include "base/sent_values.h"
#include "moodlesync/component.h"

namespace moodlesync::course {

enum class ReadBack {
  kNotNeeded,  ///< The link knows, or nobody may look: it stays as it was.
  kDone,
  kNoCourse,  ///< Moodle has no course with the link's id.
};

/// Looks what Moodle holds of `wanted` where the link does not know it, and notes it there.
///
/// Lifetime: borrows both. Errors: those that are to be repeated.
[[nodiscard]] Co<Result<ReadBack>> read_back(Conversation& conversation,
                                             const base::Values& wanted);

}  // namespace moodlesync::course
