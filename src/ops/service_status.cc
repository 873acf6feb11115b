#include "ops/service_status.h"

#include <cstdint>
#include <vector>

namespace moodlesync::ops {

namespace {

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::int64_t in_state(const QueueStats& depth, std::string_view state) {
  std::int64_t count = 0;
  for (const QueueStats::Line& line : depth.tasks) {
    if (line.state == state) count += line.count;
  }
  return count;
}

std::string joined(const std::vector<std::string>& parts, const char* by) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : by).append(part);
  return text;
}

/// "12 tasks queued, 3 waiting for others, 2 parked", or "" when there is nothing.
std::string depth_words(const QueueStats& depth) {
  std::vector<std::string> parts;
  const std::int64_t queued =
      depth.changes + in_state(depth, "pending") + in_state(depth, "running");
  if (queued > 0) parts.push_back(counted(queued, "task queued", "tasks queued"));
  const std::int64_t waiting = in_state(depth, "waiting");
  if (waiting > 0) parts.push_back(std::to_string(waiting) + " waiting for others");
  const std::int64_t parked = in_state(depth, "parked");
  if (parked > 0) parts.push_back(std::to_string(parked) + " parked (moodle-syncd parked list)");
  return joined(parts, ", ");
}

/// What keeps the daemon from working at all, or "".
std::string obstacle(const Turn& turn) {
  if (turn.database != nullptr) return "Drupal's database is away (" + turn.database->code + ")";
  if (turn.moodle == nullptr) return turn.moodle_ready ? "" : "Asking Moodle";
  return turn.moodle->kind == ErrorKind::kConfig
             ? "Moodle lets us do nothing (" + turn.moodle->code + ")"
             : "Moodle is away (" + turn.moodle->code + "), work is kept";
}

std::string names(const std::set<std::string>& components) {
  return joined({components.begin(), components.end()}, ", ");
}

}  // namespace

std::string service_status(const Turn& turn, const std::optional<QueueStats>& depth) {
  if (turn.phase == Phase::kStopping || turn.phase == Phase::kReloading) {
    const auto left = static_cast<std::int64_t>(turn.conversations + turn.unsettled);
    return std::string(turn.phase == Phase::kStopping ? "Stopping" : "Reloading") + ": " +
           counted(left, "task", "tasks") + " to finish";
  }
  std::vector<std::string> parts;
  if (const std::string what = obstacle(turn); !what.empty()) parts.push_back(what);
  if (depth) {
    const std::string words = depth_words(*depth);
    if (!words.empty()) {
      parts.push_back(words);
    } else if (parts.empty()) {
      parts.emplace_back("In step, nothing is queued");
    }
  }
  if (turn.held_back != nullptr && !turn.held_back->empty()) {
    parts.push_back("removals of " + names(*turn.held_back) +
                    " are held back (moodle-syncd brake list)");
  }
  for (const auto& [component, reason] : turn.stopped) parts.push_back(component + " is stopped");
  return parts.empty() ? "Working" : joined(parts, "; ");
}

}  // namespace moodlesync::ops
