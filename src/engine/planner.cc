#include "engine/planner.h"

#include <algorithm>
#include <utility>

#include "engine/admission.h"

namespace moodlesync::engine {

namespace {

using Action = PlanItem::Action;
using Sent = std::map<std::string, std::string, std::less<>>;

std::optional<std::string> value_in(const Sent& sent, const std::string& name) {
  const auto found = sent.find(name);
  return found == sent.end() ? std::nullopt : std::optional(found->second);
}

std::vector<PlannedField> differences(const Sent& from, const Sent& to) {
  std::vector<PlannedField> fields;
  for (const auto& [name, value] : to) {
    const auto was = value_in(from, name);
    if (was != value) fields.push_back({name, was, value});
  }
  for (const auto& [name, value] : from) {
    if (!to.contains(name)) fields.push_back({name, value, std::nullopt});
  }
  return fields;
}

/// Fills in what an outcome means for a plan.
struct Describe {
  PlanItem& item;
  bool is_new;  ///< Moodle held nothing before.

  void operator()(const Synced& /*outcome*/) const { agree(); }
  void operator()(const Unchanged& /*outcome*/) const { agree(); }
  void operator()(const Removed& /*outcome*/) const {
    item.action = item.calls.empty() ? Action::kForget : Action::kRemove;
    item.fields.clear();
  }
  void operator()(const Skipped& skipped) const {
    item.action = Action::kSkip;
    item.code = skipped.reason;
    item.message = skipped.detail;
  }
  void operator()(const Waiting& waiting) const {
    item.action = Action::kWait;
    item.code = "waiting";
    item.message =
        "waits for the Moodle id of " + to_string(waiting.entity) + " (" + waiting.component + ")";
  }
  void operator()(const Error& error) const {
    const bool may_pass = error.kind == ErrorKind::kTransient || error.kind == ErrorKind::kInDoubt;
    item.action = may_pass ? Action::kRetry : Action::kPark;
    item.code = error.code;
    item.message = error.message;
  }

 private:
  void agree() const {
    if (item.calls.empty()) return;
    item.action = is_new ? Action::kCreate : Action::kUpdate;
  }
};

bool ends_the_plan(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kConfig;
}

}  // namespace

std::string_view to_string(PlanItem::Action action) {
  switch (action) {
    case Action::kNothing:
      return "unchanged";
    case Action::kCreate:
      return "create";
    case Action::kUpdate:
      return "update";
    case Action::kRemove:
      return "remove";
    case Action::kForget:
      return "forget";
    case Action::kWait:
      return "wait";
    case Action::kSkip:
      return "skip";
    case Action::kPark:
      return "park";
    case Action::kRetry:
      break;
  }
  return "retry";
}

Planner::Planner(Ports ports, Compare compare, PlanSink sink)
    : ports_(ports),
      compare_(compare),
      sink_(std::move(sink)),
      directory_(ports.components),
      links_(ports.queue),
      intake_(directory_, {.queue = links_, .reader = ports.reader, .moodle = ports.gateway}) {}

Result<MoodleSite> Planner::begin() {
  Co<Result<MoodleSite>> question = ports_.gateway.preflight();
  question.start();
  while (!question.done()) pump();
  return question.take();
}

Status Planner::plan(std::vector<Task> tasks) {
  for (Task& task : tasks) {
    if (seen_.insert(task.key).second) next_.push_back(std::move(task));
  }
  while (!next_.empty()) {
    if (Status held = hold(std::exchange(next_, {})); !held) return held;
  }
  return ok();
}

void Planner::end() {
  for (auto& [target, waiter] : waiters_) sink_(std::move(waiter.item));
  waiters_.clear();
}

const TaskKey* Planner::owner_of(MoodleId id) const {
  const auto found = owners_.find(id);
  return found == owners_.end() ? nullptr : &found->second;
}

std::map<MoodleId, EntityRef> Planner::holders(std::string_view component) const {
  std::map<MoodleId, EntityRef> holders;
  for (const Member& member : members_) {
    if (!member.outcome) note_holder(member.work.conversation, component, holders);
  }
  return holders;
}

Status Planner::hold(std::vector<Task> tasks) {
  Intake::Load load = intake_.prepare(std::move(tasks), *this);
  for (Conclusion& failed : load.failed) {
    const auto& error = std::get<Error>(failed.outcome);
    if (ends_the_plan(error)) return error;
    PlanItem item;
    item.key = failed.task.key;
    item.moodle_id = failed.link.moodle_id;
    item.held = failed.link;
    Describe{item, false}(error);
    sink_(std::move(item));
  }
  for (Prepared& prepared : load.ready) {
    Member& member =
        members_.emplace_back(std::move(prepared), Scribe::Ports{ports_.gateway, ids_, ready_});
    member.work.conversation.moodle = &member.scribe;
    member.work.conversation.verify = compare_ == Compare::kWithMoodle;
    member.script.emplace(accompany(member)).start();
  }
  Status harvested = harvest();
  while (harvested && !members_.empty()) {
    pump();
    harvested = harvest();
  }
  members_.clear();
  ready_.clear();
  return harvested;
}

Co<Done> Planner::accompany(Member& member) {
  Prepared& work = member.work;
  std::optional<Outcome> outcome = admit(work.conversation, work.id_holder);
  if (!outcome) outcome = co_await work.component->converse(work.conversation);
  member.outcome = std::move(outcome);
  co_return Done{};
}

void Planner::pump() {
  constexpr std::chrono::milliseconds kWait{1000};
  ports_.gateway.pump(ready_.empty() ? kWait : std::chrono::milliseconds{0}, {});
  for (const std::coroutine_handle<> ready : ports_.gateway.take_ready()) ready.resume();
  for (const std::coroutine_handle<> ready : std::exchange(ready_, {})) ready.resume();
}

Status Planner::harvest() {
  for (auto at = members_.begin(); at != members_.end();) {
    const std::optional<Outcome> outcome = std::move(at->outcome);
    if (!outcome) {
      ++at;
      continue;
    }
    if (Status concluded = conclude(*at, *outcome); !concluded) return concluded;
    at = members_.erase(at);
  }
  return ok();
}

Status Planner::conclude(Member& member, const Outcome& outcome) {
  const Link& after = member.work.conversation.link;
  if (const auto* error = std::get_if<Error>(&outcome); error != nullptr && ends_the_plan(*error)) {
    return *error;
  }
  PlanItem item;
  item.key = member.work.task.key;
  item.calls = member.scribe.notes();
  item.stored = member.work.task.link;
  item.held = member.scribe.held().value_or(after);
  item.moodle_id = item.held.moodle_id ? item.held.moodle_id : after.moodle_id;
  item.fields = differences(item.held.sent, after.sent);
  const bool is_new = item.moodle_id && ids_.contains(to_string(*item.moodle_id));
  std::visit(Describe{item, is_new}, outcome);
  if (is_new) owners_.emplace(*item.moodle_id, item.key);

  if (member.work.conversation.source->gives_moodle_id) {
    LinkedId planned{after.moodle_id, after.skipped};
    const auto* skipped = std::get_if<Skipped>(&outcome);
    if (skipped != nullptr) planned.skipped = skipped->reason;
    const bool is_gone = std::holds_alternative<Removed>(outcome);
    links_.note(item.key, is_gone ? std::nullopt : std::optional(std::move(planned)));
    if (links_.is_settled(item.key.component, item.key.entity)) wake(item.key);
  }
  if (const auto* waiting = std::get_if<Waiting>(&outcome)) {
    wait(std::move(item), member.work.task, *waiting);
  } else {
    sink_(std::move(item));
  }
  return ok();
}

/// As settle does: what is waited for and stands nowhere is queued.
void Planner::wait(PlanItem item, Task task, const Waiting& waiting) {
  const SourceSpec* source =
      directory_.source_for(waiting.component, waiting.entity.type, waiting.bundle);
  if (source != nullptr) {
    Task target;
    target.key = {waiting.component, source->name, waiting.entity};
    target.bundle = waiting.bundle;
    if (seen_.insert(target.key).second) next_.push_back(std::move(target));
  }
  // That may have been settled since this conversation was prepared; more than one look would be a
  // loop.
  const bool is_settled = links_.is_settled(waiting.component, waiting.entity);
  if (is_settled && looked_again_.insert(task.key).second) {
    next_.push_back(std::move(task));
    return;
  }
  waiters_.emplace(std::pair{waiting.component, waiting.entity},
                   Waiter{std::move(task), std::move(item)});
}

void Planner::wake(const TaskKey& key) {
  const auto [first, last] = waiters_.equal_range({key.component, key.entity});
  for (auto at = first; at != last; ++at) next_.push_back(std::move(at->second.task));
  waiters_.erase(first, last);
}

}  // namespace moodlesync::engine
