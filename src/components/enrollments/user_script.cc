#include "components/enrollments/user_script.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/call_keys.h"
#include "components/enrollments/functions.h"

namespace moodlesync::enrollments {

namespace {

/// How Moodle says that a user does not exist: since 5.0, and (the last) before.
bool is_user_gone(const Error& error) {
  return error.code == "userdeleted" || error.code == "invalidrecordunknown" ||
         error.code == "codingerror";
}

/// Numbers in rows of ours are well formed: only the course can be wrong.
bool is_course_unknown(const Error& error) { return error.code == "invalidparameter"; }

std::vector<MoodleId> without(const std::set<MoodleId>& some, const std::set<MoodleId>& others) {
  std::vector<MoodleId> rest;
  std::ranges::set_difference(some, others, std::back_inserter(rest));
  return rest;
}

std::set<MoodleId> united(const std::set<MoodleId>& some, const std::set<MoodleId>& others) {
  std::set<MoodleId> all = some;
  all.insert(others.begin(), others.end());
  return all;
}

/// The roles whose rows say everything that Moodle does not hold yet.
std::vector<MoodleId> roles_to_send(const Held& held, const Wanted& wanted) {
  std::vector<MoodleId> roles = without(wanted.roles, held.roles);
  if (roles.empty() && held.span != wanted.span) roles.push_back(*wanted.roles.begin());
  return roles;
}

/// Why he is to be in the course; decides what happens at the end.
void note_reasons(Held& held, const Wanted& wanted) {
  held.user = wanted.user;
  held.by_registration = wanted.by_registration;
  held.by_participants = wanted.by_participants;
  held.opted_out = false;
}

/// Moodle before 5.0 has a word of its own for a missing user that sounds like our mistake.
Error as_refusal(Error error) {
  if (!is_user_gone(error)) return error;
  error.kind = ErrorKind::kRejected;
  error.code = "user_gone";
  return error;
}

}  // namespace

Held UserScript::while_keeping(Held held, const Wanted& wanted) {
  const std::vector<MoodleId> added = roles_to_send(held, wanted);
  const std::vector<MoodleId> obsolete = without(held.roles, wanted.roles);
  if (added.empty() && obsolete.empty()) return held;
  note_reasons(held, wanted);
  for (const MoodleId role : added) {
    if (!held.roles.contains(role)) held.doubt(role);
  }
  if (!added.empty()) held.span.reset();
  for (const MoodleId role : obsolete) held.doubt(role);
  return held;
}

Held UserScript::while_leaving(Held held, Farewell farewell) {
  const bool takes_roles = farewell == Farewell::kUnenrol || farewell == Farewell::kUnassign;
  if (takes_roles) held.doubt_all();
  if (farewell == Farewell::kSuspend) held.span.reset();
  return held;
}

bool UserScript::has_to_keep(Held& held, const Wanted& wanted) {
  note_reasons(held, wanted);
  return !roles_to_send(held, wanted).empty() || !std::ranges::includes(wanted.roles, held.roles) ||
         !std::ranges::includes(wanted.roles, held.doubtful);
}

Co<Done> UserScript::keep(const Wanted& wanted) {
  std::vector<MoodleId> roles = roles_to_send(held_, wanted);
  if (!roles.empty()) {
    Co<bool> enrolling = enrol(std::move(roles), wanted.span);
    // Who could not be given the new role keeps the old one.
    if (!co_await std::move(enrolling)) co_return Done{};
  }
  std::vector<MoodleId> obsolete = without(united(held_.roles, held_.doubtful), wanted.roles);
  if (obsolete.empty()) co_return Done{};
  Co<Done> unassigning = unassign(std::move(obsolete));
  co_return co_await std::move(unassigning);
}

Co<Done> UserScript::leave(Farewell farewell) {
  switch (farewell) {
    case Farewell::kNothing:
    case Farewell::kAskRoster:
      break;
    case Farewell::kForget:
      forget();
      break;
    case Farewell::kSuspend:
      co_return co_await suspend();
    case Farewell::kUnenrol:
      co_return co_await unenrol();
    case Farewell::kUnassign: {
      const std::set<MoodleId> ours = united(held_.roles, held_.doubtful);
      std::vector<MoodleId> roles(ours.begin(), ours.end());
      Co<Done> unassigning = unassign(std::move(roles));
      co_return co_await std::move(unassigning);
    }
  }
  co_return Done{};
}

Co<Status> UserScript::send(const Function& function, Params row, std::string_view removal) {
  Call call{.function = &function,
            .row = std::move(row),
            .key = base::user_key(user_),
            .group = base::course_key(course_.id),
            .order = user_.value,
            .removal = removal};
  Result<Json> answer = co_await course_.moodle->call(std::move(call));
  if (!answer) co_return std::move(answer).error();
  course_.tally->succeed();
  co_return ok();
}

Co<bool> UserScript::enrol(std::vector<MoodleId> roles, Span span) {
  std::vector<Co<Status>> rows;
  rows.reserve(roles.size());
  for (const MoodleId role : roles) rows.push_back(send(kEnrolUsers, enrol_row(role, span)));
  Co<std::vector<Status>> sending = all_of(std::move(rows));
  std::vector<Status> answers = co_await std::move(sending);
  bool is_taken = false;
  bool is_lost = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) {
      is_taken = true;
      held_.roles.insert(roles[i]);
      held_.doubtful.erase(roles[i]);
      continue;
    }
    const Error& error = answers[i].error();
    if (error.kind == ErrorKind::kInDoubt) {
      is_lost = true;
      if (!held_.roles.contains(roles[i])) held_.doubtful.insert(roles[i]);
    }
    course_.tally->fail(person(), as_refusal(error), is_course_unknown(error));
  }
  if (is_taken) {
    held_.span = span;
  } else if (is_lost) {
    held_.span.reset();
  }
  co_return std::ranges::all_of(answers, [](const Status& answer) { return answer.has_value(); });
}

Co<Done> UserScript::unassign(std::vector<MoodleId> roles) {
  std::vector<Co<Status>> rows;
  rows.reserve(roles.size());
  for (const MoodleId role : roles)
    rows.push_back(send(kUnassignRoles, unassign_row(role), "unassign role"));
  Co<std::vector<Status>> sending = all_of(std::move(rows));
  std::vector<Status> answers = co_await std::move(sending);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] || is_user_gone(answers[i].error())) {
      held_.roles.erase(roles[i]);
      held_.doubtful.erase(roles[i]);
      continue;
    }
    // Taking a role twice does no harm, but he may be wanted again before that.
    Error error = std::move(answers[i]).error();
    if (error.kind == ErrorKind::kInDoubt) held_.doubt(roles[i]);
    if (error.code == "invalidparameter") error.code = "cannot_unassign";
    course_.tally->fail(person(), std::move(error));
  }
  co_return Done{};
}

Co<Done> UserScript::suspend() {
  Span span = held_.span.value_or(Span{});
  span.suspended = true;
  const MoodleId role = *united(held_.roles, held_.doubtful).begin();
  Co<Status> sending = send(kEnrolUsers, enrol_row(role, span), "suspend");
  const Status answer = co_await std::move(sending);
  if (answer) {
    held_.span = span;
    held_.roles.insert(role);
    held_.doubtful.erase(role);
    co_return Done{};
  }
  const Error& error = answer.error();
  if (is_user_gone(error)) {
    forget();
    co_return Done{};
  }
  if (error.kind == ErrorKind::kInDoubt) held_.span.reset();
  course_.tally->fail(person(), error, is_course_unknown(error));
  co_return Done{};
}

Co<Done> UserScript::unenrol() {
  Params row;
  row.add("userid", to_string(user_)).add("courseid", to_string(course_.id));
  Co<Status> sending = send(kUnenrolUsers, std::move(row), "unenrol");
  Status answer = co_await std::move(sending);
  // Moodle before 5.0 says invalidparameter of a user it does not know.
  const bool is_gone =
      answer || is_user_gone(answer.error()) || answer.error().code == "invalidparameter";
  if (is_gone) {
    forget();
    co_return Done{};
  }
  if (answer.error().kind == ErrorKind::kInDoubt) held_.doubt_all();
  course_.tally->fail(person(), std::move(answer).error());
  co_return Done{};
}

Params UserScript::enrol_row(MoodleId role, const Span& span) const {
  Params row;
  row.add("roleid", to_string(role))
      .add("userid", to_string(user_))
      .add("courseid", to_string(course_.id))
      .add("timestart", std::to_string(span.start))
      .add("timeend", std::to_string(span.end))
      .add("suspend", span.suspended ? "1" : "0");
  return row;
}

Params UserScript::unassign_row(MoodleId role) const {
  Params row;
  row.add("roleid", to_string(role))
      .add("userid", to_string(user_))
      .add("contextlevel", "course")
      .add("instanceid", to_string(course_.id));
  return row;
}

void UserScript::forget() {
  held_.roles.clear();
  held_.doubtful.clear();
  held_.span.reset();
}

}  // namespace moodlesync::enrollments
