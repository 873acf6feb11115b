#pragma once

#include <span>
#include <string>

#include "moodlesync/ids.h"

namespace moodlesync::outside {

/// What is told: {"entities":[{"type":"node","id":12},…]} and a line feed.
[[nodiscard]] std::string payload(std::span<const EntityRef> entities);

}  // namespace moodlesync::outside
