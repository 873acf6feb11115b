#include "components/cohorts/member_script.h"

#include "base/text.h"
#include "components/cohorts/cohort_finder.h"
#include "components/cohorts/cohort_script.h"
#include "components/cohorts/functions.h"

namespace moodlesync::cohorts {

namespace {

/// All calls about one cohort's members share the key of the cohort's own writes: Moodle's
/// transactions deadlock when two touch the same members in opposite order.
Call add_call(const Membership& membership) {
  Call call{
      .function = &kAddMembers, .row = {}, .key = membership.key(), .order = membership.user.value};
  call.row.add("cohorttype[type]", membership.by_idnumber ? "idnumber" : "id")
      .add("cohorttype[value]", membership.cohort)
      .add("usertype[type]", "id")
      .add("usertype[value]", to_string(membership.user));
  return call;
}

Call remove_call(const Membership& membership) {
  Call call{.function = &kDeleteMembers,
            .row = {},
            .key = membership.key(),
            .order = membership.user.value,
            .removal = "remove member"};
  call.row.add("cohortid", membership.cohort).add("userid", to_string(membership.user));
  return call;
}

}  // namespace

Co<Outcome> MemberScript::run() {
  const Entity& entity = conversation_.entity;
  if (entity.ref.id <= 0) co_return Skipped{"anonymous", "the anonymous user has no account"};
  if (!entity.exists) {
    const Wish nothing;
    Difference all = difference(conversation_.link, nothing);
    Co<Status> storing = store_ahead(all);
    if (auto stored = co_await std::move(storing); !stored) {
      co_return std::move(stored).error();
    }
    co_await remove_all(std::move(all.remove));
    if (failure_) co_return *failure_;
    co_return Removed{};
  }
  // Most users of a site are in no cohort: nobody waits for their accounts.
  const bool is_outside = entity.values(source_.path).empty() && conversation_.link.sent.empty();
  if (is_outside) co_return Unchanged{};
  const Reference self = self_reference(entity);
  const Counterpart user = conversation_.counterpart("users", self);
  switch (user.state) {
    case Counterpart::State::kKnown:
      co_return co_await keep(user.id);
    case Counterpart::State::kPending:
      co_return Waiting{"users", entity.ref, entity.bundle};
    case Counterpart::State::kOptedOut:
      co_return Skipped{"user_opted_out", "the user's field_moodle_id says to leave it alone"};
    case Counterpart::State::kNone:
      break;
  }
  co_return Skipped{"no_user", "the user has no account in Moodle and will not get one"};
}

Co<Outcome> MemberScript::keep(MoodleId user) {
  Link& link = conversation_.link;
  const bool finds_ids = can_find(*conversation_.moodle);
  const Wish wish = wish_of(conversation_, source_, cohorts_, user, finds_ids);
  Difference todo = difference(link, wish);
  for (const auto& [old_key, membership] : todo.rename) {
    link.sent.erase(old_key);
    // An uncertain one is added anew.
    if (membership.is_certain) link.sent.insert_or_assign(membership.key(), membership.value());
  }
  for (const std::string& key : todo.forget) link.sent.erase(key);
  if (todo.unremovable > 0) {
    note_obstacle({std::string(kIdUnknown),
                   "the user stays in a cohort whose id in Moodle is not known; add "
                   "core_cohort_search_cohorts to the token's service"});
  }
  const bool makes_calls = !todo.add.empty() || !todo.remove.empty();
  Co<Status> storing = store_ahead(todo);
  if (auto stored = co_await std::move(storing); !stored) co_return std::move(stored).error();
  co_await add_all(std::move(todo.add));
  co_await remove_all(std::move(todo.remove));
  co_return conclude(wish, makes_calls);
}

Co<Status> MemberScript::store_ahead(const Difference& todo) const {
  Link link = conversation_.link;
  const auto doubt = [&link](Membership membership) {
    membership.is_certain = false;
    link.sent.insert_or_assign(membership.key(), membership.value());
  };
  for (const Membership& membership : todo.remove) doubt(membership);
  // After the removals: another account of the user's may take a place that is given up.
  for (const Membership& membership : todo.add) doubt(membership);
  if (link == conversation_.link) co_return ok();
  Co<Status> storing = moodlesync::store_ahead(conversation_, std::move(link));
  Status stored = co_await std::move(storing);
  co_return stored;
}

Co<Done> MemberScript::add_all(std::vector<Membership> memberships) {
  std::vector<Co<Result<Json>>> calls;
  calls.reserve(memberships.size());
  for (const Membership& membership : memberships) calls.push_back(send(add_call(membership)));
  const std::vector<Result<Json>> answers = co_await all_of(std::move(calls));
  for (std::size_t i = 0; i < answers.size(); ++i) note_added(memberships[i], answers[i]);
  co_return Done{};
}

Co<Done> MemberScript::remove_all(std::vector<Membership> memberships) {
  std::vector<Co<Result<Json>>> calls;
  calls.reserve(memberships.size());
  for (const Membership& membership : memberships) calls.push_back(send(remove_call(membership)));
  const std::vector<Result<Json>> answers = co_await all_of(std::move(calls));
  for (std::size_t i = 0; i < answers.size(); ++i) note_removed(memberships[i], answers[i]);
  co_return Done{};
}

Co<Result<Json>> MemberScript::send(Call call) {
  auto answer = co_await conversation_.moodle->call(std::move(call));
  co_return answer;
}

void MemberScript::note_added(const Membership& membership, const Result<Json>& answer) {
  Membership told = membership;
  // Remembered even in doubt: were the term taken away meanwhile, the membership must go.
  told.is_certain = answer.has_value();
  const bool may_be_done = answer || answer.error().kind == ErrorKind::kInDoubt;
  if (may_be_done) conversation_.link.sent.insert_or_assign(told.key(), told.value());
  if (answer) return;
  if (answer.error().kind == ErrorKind::kRejected && answer.error().code == "2") {
    note_obstacle({"unknown_id", "Moodle has no cohort " + membership.cohort + " or no user " +
                                     to_string(membership.user)});
    return;
  }
  note_failure(Error(answer.error()).in("adding to cohort " + membership.cohort));
}

void MemberScript::note_removed(const Membership& membership, const Result<Json>& answer) {
  // No such cohort, no such user, or deleted: then there is no membership either.
  const bool is_gone = answer || answer.error().code == "invalidrecordunknown" ||
                       answer.error().code == "userdeleted";
  if (is_gone) return forget(membership);
  if (answer.error().kind == ErrorKind::kInDoubt) doubt(membership);
  note_failure(Error(answer.error()).in("removing from cohort " + membership.cohort));
}

void MemberScript::forget(const Membership& membership) {
  auto& sent = conversation_.link.sent;
  const auto entry = sent.find(membership.key());
  if (entry == sent.end()) return;
  // Another account of the user's may have taken the place meanwhile.
  const auto told = parse_membership(entry->first, entry->second);
  if (told && told->user == membership.user) sent.erase(entry);
}

void MemberScript::doubt(Membership membership) {
  const auto entry = conversation_.link.sent.find(membership.key());
  if (entry == conversation_.link.sent.end() || entry->second != membership.value()) return;
  membership.is_certain = false;
  entry->second = membership.value();
}

void MemberScript::note_failure(Error error) {
  const bool outweighs =
      !failure_ || (failure_->kind == ErrorKind::kRejected && error.kind != ErrorKind::kRejected);
  if (!outweighs) return;
  failure_ = std::move(error).in("memberships of " + to_string(conversation_.entity.ref));
}

void MemberScript::note_obstacle(Skipped skipped) {
  if (!obstacle_) obstacle_ = std::move(skipped);
}

Outcome MemberScript::conclude(const Wish& wish, bool made_calls) const {
  if (failure_) return *failure_;
  if (wish.pending) return Waiting{"cohorts", wish.pending->target, wish.pending->bundle};
  if (obstacle_) return *obstacle_;
  if (made_calls) return Synced{};
  return Unchanged{};
}

}  // namespace moodlesync::cohorts
