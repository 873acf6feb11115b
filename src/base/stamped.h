#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/component.h"

namespace moodlesync::base {

/// Adds those of Moodle's `list` of objects whose idnumber is one of ours.
void add_stamped(const Json& list, std::string_view prefix, std::vector<Stamped>& to);

/// Puts all `questions` at once; in each answer the objects are in `list`. `list` must be a
/// literal. Errors: that of the first answer that is one.
[[nodiscard]] Co<Result<std::vector<Stamped>>> stamped_in(std::vector<Co<Result<Json>>> questions,
                                                          std::string_view list,
                                                          std::string prefix);

}  // namespace moodlesync::base
