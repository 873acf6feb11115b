#pragma once

#include "ops/html.h"
#include "ops/status_view.h"

/// What does not move in the queue, and who or what it waits for.
namespace moodlesync::ops {

/// What is parked, for one reason at a time.
void add_stuck(Html& page, const StatusView& view);
/// What the brake holds back.
void add_held(Html& page, const StatusView& view);
/// What waits for other entities, and for which.
void add_waits(Html& page, const StatusView& view);

}  // namespace moodlesync::ops
