#include "engine/outcome_line.h"

#include <string_view>

#include "base/log_fields.h"
#include "moodlesync/brake.h"

namespace moodlesync::engine {

namespace {

/// What an outcome is called in the log, and why it came to that.
struct Telling {
  OutcomeLine::Level level = OutcomeLine::Level::kDebug;
  std::string_view text;
  std::string_view code = {};    ///< Moodle's, or ours.
  std::string_view reason = {};  ///< The same for people.
};

using Level = OutcomeLine::Level;

struct Tell {
  const Settlement& settlement;

  Telling operator()(const Synced& /*outcome*/) const {
    return {Level::kRoutine, "MS-310 in step: Moodle was told"};
  }
  Telling operator()(const Unchanged& /*outcome*/) const {
    return {Level::kDebug, "MS-314 in step already"};
  }
  Telling operator()(const Removed& /*outcome*/) const {
    return {Level::kRoutine, "MS-311 gone from Drupal, and dealt with in Moodle"};
  }
  Telling operator()(const Skipped& skipped) const {
    return {Level::kRoutine, "MS-312 skipped", skipped.reason};
  }
  Telling operator()(const Waiting& /*outcome*/) const {
    return {Level::kRoutine, "MS-313 waits for another entity", {}, settlement.message};
  }
  Telling operator()(const Error& error) const {
    // The brake has a line of its own, however many it holds; so have outages and configuration
    // errors.
    if (error.code == kBrakeCode) return {Level::kDebug, "MS-305 held by the brake", error.code};
    if (settlement.state == Settlement::State::kParked) {
      return {Level::kError, "MS-301 parked", settlement.code, settlement.message};
    }
    if (settlement.spend_attempt) {
      return {Level::kWarning, "MS-302 failed, to be tried again", error.code, error.message};
    }
    return {Level::kDebug, "MS-306 put back", error.code, error.message};
  }
};

}  // namespace

OutcomeLine outcome_line(const Crew::Finished& finished, const Settlement& settlement) {
  const Conclusion& conclusion = finished.conclusion;
  const Telling telling = std::visit(Tell{settlement}, conclusion.outcome);
  const TaskKey& key = conclusion.task.key;
  base::LogFields fields;
  fields.text("component", key.component)
      .text("source", key.source)
      .text("entity", to_string(key.entity));
  if (conclusion.link.moodle_id) fields.number("moodle_id", conclusion.link.moodle_id->value);
  fields.number("attempt", conclusion.task.attempts + 1)
      .number("duration_ms", finished.took.count());
  if (!telling.code.empty()) fields.text("reason_code", telling.code);
  if (!telling.reason.empty()) fields.text("reason", telling.reason);
  return {telling.level, std::string(telling.text) + fields.str()};
}

}  // namespace moodlesync::engine
