#include "engine/settler.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/outcome_line.h"

namespace moodlesync::engine {

Settler::Settler(const Directory& directory, Ports ports, const EngineSettings& settings,
                 spdlog::logger& log)
    : directory_(directory),
      queue_(ports.queue),
      clerk_(ports.clerk),
      settings_(settings),
      log_(log),
      budget_(settings, ports.clock) {}

Settler::~Settler() { clerk_.wait(); }

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

void Settler::begin() {
  if (waiting_.empty() || clerk_.is_settling()) return;
  group_ = std::exchange(waiting_, {});
  clerk_.begin_settling(group_);
}

std::optional<Result<Settler::Report>> Settler::take() {
  const std::optional<Result<SettleReport>> settled = clerk_.take_settled();
  if (!settled) return std::nullopt;
  if (!*settled) {
    const Error& error = settled->error();
    if (error.kind == ErrorKind::kBug) return settle_one_by_one();
    take_back();
    return error;
  }
  Report report{**settled};
  for (const Settlement& settlement : group_) report.owes_write_back |= settlement.owe_write_back;
  group_.clear();
  return report;
}

void Settler::take_back() {
  waiting_.insert(waiting_.begin(), std::make_move_iterator(group_.begin()),
                  std::make_move_iterator(group_.end()));
  group_.clear();
}

/// One row that the database refuses must not hold up the others.
Result<Settler::Report> Settler::settle_one_by_one() {
  Report report;
  while (!group_.empty()) {
    const Settlement& settlement = group_.back();
    const Result<SettleReport> settled = queue_.settle({&settlement, 1});
    if (settled) {
      report.settled.settled += settled->settled;
      report.settled.woken += settled->woken;
      report.settled.changed += settled->changed;
      report.settled.noted += settled->noted;
      report.settled.lost += settled->lost;
      report.owes_write_back |= settlement.owe_write_back;
    } else if (settled.error().kind != ErrorKind::kBug) {
      take_back();
      return settled.error();
    } else {
      log_.error(
          "MS-401 outcome could not be stored, the task comes back when its lease ends: "
          "task=\"{}\" reason=\"{}\"",
          to_string(settlement.key), settled.error().message);
    }
    group_.pop_back();
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

std::map<MoodleId, EntityRef> Settler::holders(std::string_view component) const {
  std::map<MoodleId, EntityRef> holders;
  for (const auto* settlements : {&group_, &waiting_}) {
    for (const Settlement& settlement : *settlements) {
      const auto& link = settlement.link;
      if (settlement.key.component != component || !link || !link->moodle_id) continue;
      if (link->skipped.empty()) holders.emplace(*link->moodle_id, settlement.key.entity);
    }
  }
  return holders;
}

std::map<MoodleId, EntityRef> Unstored::holders(std::string_view component) const {
  std::map<MoodleId, EntityRef> all = crew_.holders(component);
  all.merge(settler_.holders(component));
  return all;
}

void Settler::log_outcome(const Crew::Finished& finished, const Settlement& settlement) {
  const OutcomeLine line = outcome_line(finished, settlement);
  switch (line.level) {
    case OutcomeLine::Level::kDebug:
      return log_.debug(line.text);
    case OutcomeLine::Level::kRoutine:
      return log_.log(settings_.tells_routine ? spdlog::level::info : spdlog::level::debug,
                      line.text);
    case OutcomeLine::Level::kWarning:
      return log_.warn(line.text);
    case OutcomeLine::Level::kError:
      return log_.error(line.text);
  }
}

}  // namespace moodlesync::engine
