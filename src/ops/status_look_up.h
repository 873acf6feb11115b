#pragma once

#include "ops/html.h"
#include "ops/status_view.h"

namespace moodlesync::ops {

/// What is known of the entity that was searched for; nothing when none was.
void add_look_up(Html& page, const StatusView& view);

}  // namespace moodlesync::ops
