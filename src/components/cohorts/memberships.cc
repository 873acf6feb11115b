#include "components/cohorts/memberships.h"

#include <algorithm>

#include "base/source_settings.h"
#include "base/text.h"

namespace moodlesync::cohorts {

namespace {

constexpr std::string_view kById = "cohort:";
constexpr std::string_view kByIdnumber = "cohort-idnumber:";

/// The source whose cohorts the terms of this vocabulary are, or nullptr.
const CohortSource* source_of(const std::vector<CohortSource>& cohorts, const Reference& term) {
  const auto found = std::ranges::find_if(cohorts, [&term](const CohortSource& source) {
    return source.spec.entity_type == term.target.type && source.spec.bundle == term.bundle;
  });
  return found == cohorts.end() ? nullptr : &*found;
}

void want(Wish& wish, Membership membership) {
  std::string key = membership.key();
  wish.memberships.insert_or_assign(std::move(key), std::move(membership));
}

/// A reference to a term that is no more. Of which vocabulary it was is not known any more; where a
/// source lets cohorts stay, their members stay in them.
void note_deleted(Wish& wish, const Reference& term, const std::vector<CohortSource>& cohorts) {
  const bool all_go = std::ranges::all_of(cohorts, &CohortSource::deletes);
  (all_go ? wish.gone : wish.left_alone).insert(term.target.id);
}

/// A term whose cohort has no id that we know of.
void want_without_id(Wish& wish, const Reference& term, const CohortSource* source, MoodleId user,
                     bool finds_ids) {
  wish.left_alone.insert(term.target.id);
  if (source == nullptr || finds_ids) return;
  want(wish, {.cohort = base::idnumber(source->idnumber_prefix, term.target),
              .by_idnumber = true,
              .user = user,
              .term = term.target.id});
}

}  // namespace

std::string Membership::key() const {
  return std::string(by_idnumber ? kByIdnumber : kById) + cohort;
}

std::string Membership::value() const {
  return to_string(user) + "/" + std::to_string(term) + (is_certain ? "" : "?");
}

std::optional<Membership> parse_membership(std::string_view key, std::string_view value) {
  Membership membership;
  membership.by_idnumber = key.starts_with(kByIdnumber);
  if (!membership.by_idnumber && !key.starts_with(kById)) return std::nullopt;
  membership.cohort = key.substr(key.find(':') + 1);
  membership.is_certain = !value.ends_with('?');
  if (!membership.is_certain) value.remove_suffix(1);
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto user = base::parse_int(value.substr(0, slash));
  const auto term = base::parse_int(value.substr(slash + 1));
  if (!user || !term) return std::nullopt;
  membership.user = MoodleId{*user};
  membership.term = *term;
  return membership;
}

Wish wish_of(const Conversation& conversation, const MemberSource& source,
             const std::vector<CohortSource>& cohorts, MoodleId user, bool finds_ids) {
  Wish wish;
  for (const FieldValue& value : conversation.entity.values(source.path)) {
    if (!value.reference || value.reference->target.id <= 0) continue;
    const Reference& term = *value.reference;
    const Counterpart cohort = conversation.counterpart("cohorts", term);
    switch (cohort.state) {
      case Counterpart::State::kKnown:
        want(wish, {.cohort = to_string(cohort.id), .user = user, .term = term.target.id});
        break;
      case Counterpart::State::kPending:
        wish.left_alone.insert(term.target.id);
        if (!wish.pending) wish.pending = term;
        break;
      case Counterpart::State::kOptedOut:
        wish.left_alone.insert(term.target.id);
        break;
      case Counterpart::State::kNone:
        if (!term.exists) {
          note_deleted(wish, term, cohorts);
          break;
        }
        want_without_id(wish, term, source_of(cohorts, term), user, finds_ids);
        break;
    }
  }
  return wish;
}

Difference difference(const Link& link, const Wish& wish) {
  Difference difference;
  std::set<std::string, std::less<>> settled;  // Keys of the wish that need no call.
  for (const auto& [key, value] : link.sent) {
    const auto told = parse_membership(key, value);
    if (!told) continue;
    const auto wanted = wish.memberships.find(key);
    if (wanted != wish.memberships.end() && wanted->second.user == told->user) {
      if (told->is_certain) settled.insert(key);
      continue;
    }
    const auto same_term = std::ranges::find_if(wish.memberships, [&told](const auto& entry) {
      return entry.second.term == told->term && entry.second.user == told->user;
    });
    if (wish.gone.contains(told->term)) {
      difference.forget.push_back(key);
    } else if (told->by_idnumber && same_term != wish.memberships.end()) {
      if (told->is_certain) settled.insert(same_term->first);
      Membership renamed = same_term->second;
      renamed.is_certain = told->is_certain;
      difference.rename.emplace(key, std::move(renamed));
    } else if (wish.left_alone.contains(told->term)) {
      continue;
    } else if (told->by_idnumber) {
      ++difference.unremovable;
    } else {
      difference.remove.push_back(*told);
    }
  }
  for (const auto& [key, membership] : wish.memberships) {
    if (!settled.contains(key)) difference.add.push_back(membership);
  }
  return difference;
}

}  // namespace moodlesync::cohorts
