#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "moodlesync/result.h"

namespace moodlesync {

/// Drupal's own configuration, as its modules stored it.
///
/// Threads: the event loop's only. Errors: kUnavailable, kConfig (no such table, no right).
class DrupalConfig {
 public:
  virtual ~DrupalConfig() = default;
  struct Objects {
    std::map<std::string, nlohmann::ordered_json> by_name;  ///< Mappings keep their order.
    std::map<std::string, std::string> unreadable;          ///< Name → what is wrong with it.
  };
  /// The active objects whose names begin with `prefix`, in the default language.
  [[nodiscard]] virtual Result<Objects> read(std::string_view prefix) = 0;
};

}  // namespace moodlesync
