#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace moodlesync::base {

/// What stands behind the number, with a blank where there is to be one.
struct AgeUnits {
  std::string_view seconds;
  std::string_view minutes;
  std::string_view hours;
  std::string_view days;
};

/// An age as people say it: one number, in the largest unit of which there are two at least.
[[nodiscard]] std::string rounded_age(std::chrono::seconds age, const AgeUnits& units);

}  // namespace moodlesync::base
