#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "moodlesync/brake.h"
#include "moodlesync/queue.h"

namespace moodlesync::app {

/// What `status` tells.
struct StatusReport {
  std::string drupal_url;
  std::string moodle_url;
  std::vector<std::string> guard_objections;  ///< Empty: all is well.
  QueueStats queue;
  std::vector<HeldRemovals> held = {};  ///< By the brake.
};

void print_status_text(const StatusReport& report, std::ostream& out);
void print_status_json(const StatusReport& report, std::ostream& out);

/// "45s", "12m", "3h", "2d": whole units, rounded down.
[[nodiscard]] std::string age_text(std::chrono::seconds age);

}  // namespace moodlesync::app
