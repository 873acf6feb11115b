#pragma once

#include <string_view>
#include <vector>

#include "moodlesync/component.h"

namespace moodlesync::base {

/// Adds those of Moodle's `list` of objects whose idnumber is one of ours.
void add_stamped(const Json& list, std::string_view prefix, std::vector<Stamped>& to);

}  // namespace moodlesync::base
