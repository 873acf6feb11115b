#include "base/age.h"

namespace moodlesync::base {

std::string rounded_age(std::chrono::seconds age, const AgeUnits& units) {
  using namespace std::chrono_literals;
  constexpr auto kDay = 24h;
  const auto say = [](auto number, std::string_view unit) {
    return std::to_string(number).append(unit);
  };
  if (age < 2min) return say(age / 1s, units.seconds);
  if (age < 2h) return say(age / 1min, units.minutes);
  if (age < 2 * kDay) return say(age / 1h, units.hours);
  return say(age / kDay, units.days);
}

}  // namespace moodlesync::base
