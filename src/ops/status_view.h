#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ops/queue_watch.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// All that one view of the status page shows.
struct StatusView {
  std::string drupal_url;
  std::string moodle_url;
  std::string version;
  Vitals vitals;
  QueueReading queue;
  std::chrono::milliseconds patience{60'000};

  std::string searched;  ///< What stands in the search field.
  std::string search_trouble;
  std::optional<EntityRef> entity;
  std::optional<Dossier> found;  ///< Of `entity`.

  bool may_sign_in = false;  ///< There is a token, and whoever looks has not entered it.
  std::string csrf;          ///< Empty: whoever looks may only read.
  std::string notice;        ///< What came of the last click.

  [[nodiscard]] bool may_act() const { return !csrf.empty(); }
};

}  // namespace moodlesync::ops
