#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace moodlesync::engine {

/// How much may be taken away in Moodle before somebody must agree. Every value has a key under
/// `brake:` in the configuration.
struct BrakeSettings {
  /// The larger of the two counts.
  struct Limit {
    std::int64_t removals = 20;  ///< In figures: small sites must be able to work.
    std::int64_t percent = 10;   ///< Of what Moodle holds by our doing; 100: never held.
  };
  Limit limit;
  std::map<std::string, Limit, std::less<>> components;  ///< Where it is not `limit`.
  /// Over what time removals are added up. Longer: a slow drain is noticed too.
  std::chrono::seconds window{3600};
};

}  // namespace moodlesync::engine
