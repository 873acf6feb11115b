#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "app/page.h"
#include "moodlesync/brake.h"
#include "moodlesync/pauses.h"
#include "moodlesync/presence.h"
#include "moodlesync/queue.h"

namespace moodlesync::app {

/// What `status` tells.
struct StatusReport {
  std::string drupal_url;
  std::string moodle_url;
  std::vector<std::string> guard_objections;  ///< Empty: all is well.
  QueueStats queue;
  std::vector<HeldRemovals> held = {};  ///< By the brake.
  std::vector<Pause> pauses = {};
  std::vector<Presence> daemons = {};  ///< Newest word first.
};

/// A daemon that has not left word for so long is taken to be gone: killed, hung or cut off.
inline constexpr std::chrono::seconds kSilence{20};

void print_status_text(const StatusReport& report, std::ostream& out, ops::Look look = {});
[[nodiscard]] nlohmann::ordered_json status_json(const StatusReport& report);
void print_status_json(const StatusReport& report, std::ostream& out);
/// The least that is worth a line every few seconds: numbers, and what is out of order.
[[nodiscard]] std::string status_line(const StatusReport& report);

}  // namespace moodlesync::app
