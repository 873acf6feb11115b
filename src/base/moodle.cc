#include "moodlesync/moodle.h"

namespace moodlesync {

std::string_view Params::get(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace moodlesync
