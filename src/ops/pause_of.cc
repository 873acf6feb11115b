#include "ops/pause_of.h"

#include <algorithm>

namespace moodlesync::ops {

const Pause* pause_of(std::span<const Pause> pauses, std::string_view component) {
  auto found = std::ranges::find(pauses, component, &Pause::component);
  if (found == pauses.end()) found = std::ranges::find(pauses, "", &Pause::component);
  return found == pauses.end() ? nullptr : &*found;
}

}  // namespace moodlesync::ops
