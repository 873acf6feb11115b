#include "engine/settler.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "moodlesync/brake.h"

namespace moodlesync::engine {

Settler::Settler(const Directory& directory, Queue& queue, const EngineSettings& settings,
                 const Clock& clock, spdlog::logger& log)
    : directory_(directory),
      queue_(queue),
      settings_(settings),
      log_(log),
      budget_(settings, clock) {}

const Settlement& Settler::add(Crew::Finished& finished) {
  Conclusion& conclusion = finished.conclusion;
  if (const auto* waiting = std::get_if<Waiting>(&conclusion.outcome)) {
    const SourceSpec* source =
        directory_.source_for(waiting->component, waiting->entity.type, waiting->bundle);
    if (source != nullptr)
      conclusion.waits_on = {waiting->component, source->name, waiting->entity};
  }
  Settlement settlement = decide_settlement(conclusion, settings_, random_);
  budget_.note_conversation();
  const bool repeats = settlement.spend_attempt && settlement.state == Settlement::State::kPending;
  if (repeats && !budget_.take()) {
    settlement.delay = std::max(settlement.delay, budget_.later(random_));
  }
  log_outcome(finished, settlement);
  return waiting_.emplace_back(std::move(settlement));
}

Result<Settler::Report> Settler::settle() {
  Report report;
  if (waiting_.empty()) return report;
  Result<SettleReport> settled = queue_.settle(waiting_);
  if (!settled) {
    if (settled.error().kind == ErrorKind::kBug) return settle_one_by_one();
    return std::move(settled).error();
  }
  report.settled = *settled;
  for (const Settlement& settlement : waiting_) report.owes_write_back |= settlement.owe_write_back;
  waiting_.clear();
  return report;
}

/// One row that the database refuses must not hold up the others.
Result<Settler::Report> Settler::settle_one_by_one() {
  Report report;
  while (!waiting_.empty()) {
    const Settlement& settlement = waiting_.back();
    const Result<SettleReport> settled = queue_.settle({&settlement, 1});
    if (settled) {
      report.settled.settled += settled->settled;
      report.settled.woken += settled->woken;
      report.settled.changed += settled->changed;
      report.settled.noted += settled->noted;
      report.settled.lost += settled->lost;
      report.owes_write_back |= settlement.owe_write_back;
    } else if (settled.error().kind != ErrorKind::kBug) {
      return settled.error();
    } else {
      log_.error(
          "MS-401 outcome could not be stored, the task comes back when its lease ends: "
          "task=\"{}\" reason=\"{}\"",
          to_string(settlement.key), settled.error().message);
    }
    waiting_.pop_back();
  }
  return report;
}

std::vector<Task> Settler::tasks() const {
  std::vector<Task> all;
  all.reserve(waiting_.size());
  for (const Settlement& settlement : waiting_) {
    Task task;
    task.key = settlement.key;
    task.token = settlement.token;
    all.push_back(std::move(task));
  }
  return all;
}

void Settler::log_outcome(const Crew::Finished& finished, const Settlement& settlement) {
  const Conclusion& conclusion = finished.conclusion;
  const auto line = [&](spdlog::level::level_enum level, std::string_view code,
                        std::string_view reason) {
    log_.log(level, "{}{}outcome={} task=\"{}\" moodle_id={} attempt={} ms={}{}{}", code,
             code.empty() ? "" : " ", outcome_name(conclusion.outcome),
             to_string(conclusion.task.key),
             conclusion.link.moodle_id ? to_string(*conclusion.link.moodle_id) : "-",
             conclusion.task.attempts + 1, finished.took.count(),
             reason.empty() ? "" : " reason=", reason);
  };
  if (const auto* skipped = std::get_if<Skipped>(&conclusion.outcome)) {
    return line(spdlog::level::info, "", skipped->reason);
  }
  const auto* error = std::get_if<Error>(&conclusion.outcome);
  if (error == nullptr) return line(spdlog::level::debug, "", settlement.code);
  const std::string reason = error->code + " (" + error->message + ")";
  // The brake has a line of its own, however many it holds.
  if (error->code == kBrakeCode) return line(spdlog::level::debug, "", reason);
  if (settlement.state == Settlement::State::kParked)
    return line(spdlog::level::err, "MS-301", reason);
  if (settlement.spend_attempt) return line(spdlog::level::warn, "MS-302", reason);
  line(spdlog::level::debug, "",
       reason);  // Outages and configuration errors have one line of their own.
}

}  // namespace moodlesync::engine
