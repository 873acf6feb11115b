#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "components/cohorts/cohorts_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::cohorts {

/// How the keys of both kinds below begin.
inline constexpr std::string_view kMembershipKeys = "cohort";

/// One user in one cohort, as the link remembers it: the key `cohort:12` (by Moodle's id) or
/// `cohort-idnumber:x-5`, the value `USER/TERM`, e.g. `70/5`, with a `?` behind it while it is not
/// certain that Moodle did it.
struct Membership {
  std::string cohort;  ///< Moodle's id, or the idnumber.
  bool by_idnumber = false;
  MoodleId user;
  std::int64_t term = 0;  ///< Drupal's id of the term that gave it.
  bool is_certain = true;

  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string value() const;
};

/// Nothing when the link's entry is of another kind.
[[nodiscard]] std::optional<Membership> parse_membership(std::string_view key,
                                                         std::string_view value);

/// What the terms in a user's field ask for.
struct Wish {
  std::map<std::string, Membership, std::less<>> memberships;  ///< By key.
  /// Terms whose cohort is unknown to us: what was told of them stays as it is.
  std::set<std::int64_t> left_alone;
  /// Terms that were deleted, and their cohorts with them: nobody is a member any more.
  std::set<std::int64_t> gone;
  std::optional<Reference> pending;  ///< The first term that waits for its cohort.
};

/// `finds_ids`: cohorts can be looked up, so that none is addressed by its idnumber.
[[nodiscard]] Wish wish_of(const Conversation& conversation, const MemberSource& source,
                           const std::vector<CohortSource>& cohorts, MoodleId user, bool finds_ids);

/// What must be done so that Moodle holds the wish.
struct Difference {
  std::vector<Membership> add;
  std::vector<Membership> remove;
  /// Known by now under the cohort's id: only the link changes. Key of the old entry → new one.
  std::map<std::string, Membership, std::less<>> rename;
  std::vector<std::string> forget;  ///< Keys of what went with its cohort: only the link changes.
  std::size_t unremovable = 0;      ///< Memberships of cohorts whose id is unknown.
};

[[nodiscard]] Difference difference(const Link& link, const Wish& wish);

}  // namespace moodlesync::cohorts
