#pragma once

#include <array>

#include "ops/html.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// The last hour as a small bar chart: an SVG that says in words what it shows.
void add_hour_chart(Html& page, const std::array<Vitals::Minute, Vitals::kMinutes>& minutes);

}  // namespace moodlesync::ops
