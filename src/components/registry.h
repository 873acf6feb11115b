#pragma once

#include <vector>

#include "moodlesync/component.h"

namespace moodlesync {

/// Every component that was built: one per folder in src/components/. The list is written by the
/// build, so a new folder edits nothing.
[[nodiscard]] std::vector<ComponentKind> all_components();

}  // namespace moodlesync
