#pragma once

#include "ops/html.h"
#include "ops/status_view.h"

namespace moodlesync::ops {

/// How each component is doing, a row each; who has signed in may pause and resume them.
void add_components(Html& page, const StatusView& view);

}  // namespace moodlesync::ops
