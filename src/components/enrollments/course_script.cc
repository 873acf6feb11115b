#include "components/enrollments/course_script.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "moodlesync/skip_reasons.h"

namespace moodlesync::enrollments {

namespace {

bool is_unknown_course(const Error& error) { return error.code == "invalidrecordunknown"; }

/// Moodle itself cannot be asked now; any other refusal is about this read only.
bool is_to_be_repeated(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kTransient ||
         error.kind == ErrorKind::kInDoubt;
}

std::set<MoodleId> common(const std::set<MoodleId>& some, const std::set<MoodleId>& others) {
  std::set<MoodleId> both;
  std::ranges::set_intersection(some, others, std::inserter(both, both.end()));
  return both;
}

std::string counted(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

}  // namespace

Co<Outcome> CourseScript::run() {
  // What becomes of the course in Moodle is the course component's business; enrolments go with it.
  if (!conversation_.entity.exists) co_return Removed{};
  wanted_ = wanted_users(source_, conversation_);
  const bool is_nobody_wanted = wanted_.users.empty() && wanted_.untouched.empty();
  if (is_nobody_wanted && !knows_anybody(conversation_.link)) co_return Unchanged{};
  if (auto obstacle = find_course()) co_return *std::move(obstacle);

  recall();
  Co<std::optional<Outcome>> taking_stock = take_stock();
  if (auto end = co_await std::move(taking_stock)) co_return *std::move(end);
  Co<std::optional<Outcome>> deciding = decide_farewells();
  if (auto end = co_await std::move(deciding)) co_return *std::move(end);
  Co<Status> storing = store_ahead();
  if (auto stored = co_await std::move(storing); !stored) {
    co_return std::move(stored).error().in(about());
  }
  Co<Outcome> sending = send();
  co_return co_await std::move(sending);
}

std::optional<Outcome> CourseScript::find_course() {
  const Entity& entity = conversation_.entity;
  const Counterpart course = conversation_.counterpart("course", self_reference(entity));
  switch (course.state) {
    case Counterpart::State::kKnown:
      course_ = {course.id, conversation_.moodle, &tally_, course.is_new};
      return std::nullopt;
    case Counterpart::State::kPending:
      return Waiting{"course", entity.ref, entity.bundle};
    case Counterpart::State::kOptedOut:
      return Skipped{std::string(kOptedOut), "its course is not to be synced"};
    case Counterpart::State::kNone:
      break;
  }
  std::size_t participants = 0;
  for (const ParticipantsRule& rule : source_.participants) {
    participants += entity.values(rule.path).size();
  }
  return Skipped{"no_course", to_string(entity.ref) +
                                  " has no course in Moodle and will not get one: " +
                                  counted(entity.owned.size(), "registration") + " and " +
                                  counted(participants, "participant") + " left out"};
}

void CourseScript::recall() {
  held_ = read_held(conversation_.link, course_.id);
  for (auto& [id, held] : held_) {
    if (wanted_.opted_out.contains(held.user)) held.opted_out = true;
  }
}

bool CourseScript::is_stock_needed() const {
  if (!conversation_.moodle->reads_are_trustworthy()) return false;
  if (conversation_.verify) return true;
  const bool is_unknown = !knows_course(conversation_.link, course_.id) && !course_.is_new;
  if (!conversation_.in_doubt && !is_unknown) return false;
  return std::ranges::any_of(wanted_.users, [this](const auto& entry) {
    const auto found = held_.find(entry.first);
    return found == held_.end() || found->second.span != entry.second.span ||
           !std::ranges::includes(found->second.roles, entry.second.roles);
  });
}

Co<std::optional<Outcome>> CourseScript::take_stock() {
  using Answer = std::optional<Outcome>;
  if (!is_stock_needed()) co_return Answer{};
  Co<Result<Roster>> reading = read_roster(*conversation_.moodle, course_.id, RosterOf::kActive);
  Result<Roster> roster = co_await std::move(reading);
  if (roster) {
    if (conversation_.verify) correct(*roster);
    take_over(*roster);
    if (conversation_.verify) conversation_.link.sent = written_held(course_.id, held_);
    co_return Answer{};
  }
  if (is_unknown_course(roster.error())) co_return Answer{unknown_course()};
  // Without the right to look, the worst that can happen is a second welcome message.
  if (!is_to_be_repeated(roster.error())) co_return Answer{};
  co_return Answer{std::move(roster).error().in(about())};
}

/// Moodle tells of roles and of who is active, never of times: so only where no times are wanted,
/// or where the times are known from before, is somebody known to be as he should be.
void CourseScript::take_over(const Roster& active) {
  for (const auto& [id, wanted] : wanted_.users) {
    const auto found = active.find(id);
    if (found == active.end()) continue;
    const std::set<MoodleId> roles = common(found->second, wanted.roles);
    if (!roles.empty()) take_over(wanted, roles, held_[id]);
  }
}

void CourseScript::take_over(const Wanted& wanted, const std::set<MoodleId>& roles, Held& held) {
  const bool is_new = held.roles.empty();
  if (is_new && !held.span && wanted.span == Span{}) held.span = Span{};
  if (held.span != wanted.span) return;
  held.user = wanted.user;
  held.roles.insert(roles.begin(), roles.end());
  for (const MoodleId role : roles) held.doubtful.erase(role);
}

/// What Moodle does not hold any more is not ours to count on. Only of who is to be active all the
/// time does the list tell; of the others there is no telling.
void CourseScript::correct(const Roster& active) {
  for (auto& [id, held] : held_) {
    if (held.opted_out || !held.is_open_ended()) continue;
    const auto found = active.find(id);
    if (found == active.end()) {
      held.forget();
    } else {
      held.roles = common(found->second, held.roles);
    }
  }
}

Co<std::optional<Outcome>> CourseScript::decide_farewells() {
  using Answer = std::optional<Outcome>;
  for (const auto& [id, held] : held_) {
    const bool leaves = !wanted_.users.contains(id) && !wanted_.untouched.contains(held.user);
    if (!leaves) continue;
    leavers_.push_back({id, farewell(source_, held, is_by_registration(id, held))});
  }
  const auto is_open = [](const Leaver& one) { return one.farewell == Farewell::kAskRoster; };
  if (std::ranges::none_of(leavers_, is_open)) co_return Answer{};
  if (!conversation_.moodle->reads_are_trustworthy()) {
    tally_.fail({ErrorKind::kTransient, "reads_untrusted",
                 "it is not certain that this account may see who is enrolled"});
    leave_out_undecided();
    co_return Answer{};
  }
  Co<Result<Roster>> reading = read_roster(*conversation_.moodle, course_.id, RosterOf::kAll);
  Result<Roster> roster = co_await std::move(reading);
  if (!roster) {
    if (is_unknown_course(roster.error())) co_return Answer{unknown_course()};
    tally_.fail(std::move(roster).error());
    leave_out_undecided();
    co_return Answer{};
  }
  for (Leaver& one : leavers_) {
    if (!is_open(one)) continue;
    const auto found = roster->find(one.user);
    const Held& held = held_.at(one.user);
    one.farewell = farewell_of_enrolled(source_, held, is_by_registration(one.user, held),
                                        found == roster->end() ? nullptr : &found->second);
  }
  co_return Answer{};
}

void CourseScript::leave_out_undecided() {
  std::erase_if(leavers_, [](const Leaver& one) { return one.farewell == Farewell::kAskRoster; });
}

Co<Status> CourseScript::store_ahead() {
  HeldUsers ahead = held_;
  for (const auto& [id, wanted] : wanted_.users) {
    Held& held = ahead[id];
    held = UserScript::while_keeping(std::move(held), wanted);
  }
  for (const Leaver& one : leavers_) {
    Held& held = ahead[one.user];
    held = UserScript::while_leaving(std::move(held), one.farewell);
  }
  std::erase_if(ahead, [](const auto& entry) { return entry.second.is_nothing(); });
  if (ahead == held_) co_return ok();
  const Link& now = conversation_.link;
  Link link{now.moodle_id, written_held(course_.id, ahead), now.uuid, now.bundle, now.skipped};
  Co<Status> storing = moodlesync::store_ahead(conversation_, std::move(link));
  Status stored = co_await std::move(storing);
  co_return stored;
}

Co<Outcome> CourseScript::send() {
  std::deque<UserScript> scripts;
  std::vector<Co<Done>> parts;
  for (const auto& [id, wanted] : wanted_.users) {
    Held& held = held_[id];
    if (!UserScript::has_to_keep(held, wanted)) continue;
    parts.push_back(scripts.emplace_back(course_, id, held).keep(wanted));
  }
  for (const Leaver& one : leavers_) {
    parts.push_back(
        scripts.emplace_back(course_, one.user, held_.at(one.user)).leave(one.farewell));
  }
  for (const Unreadable& one : wanted_.unreadable) {
    tally_.fail({one.user, {}}, {ErrorKind::kRejected, "not_a_date", one.what});
  }
  Co<std::vector<Done>> sending = all_of(std::move(parts));
  co_await std::move(sending);

  if (tally_.is_course_unknown()) co_return unknown_course();
  std::erase_if(held_, [](const auto& entry) { return entry.second.is_nothing(); });
  conversation_.link.sent = written_held(course_.id, held_);
  std::optional<Waiting> waiting;
  if (wanted_.pending) {
    waiting = Waiting{"users", wanted_.pending->target, wanted_.pending->bundle};
  }
  co_return tally_.outcome(about(), std::move(waiting));
}

Outcome CourseScript::unknown_course() {
  conversation_.link.sent.clear();
  return Skipped{"unknown_id", "Moodle has no course " + to_string(course_.id)};
}

std::string CourseScript::about() const {
  return "enrolments of " + to_string(conversation_.entity.ref) + " (" + to_string(course_.id) +
         ")";
}

}  // namespace moodlesync::enrollments
