#pragma once

#include <optional>
#include <string>
#include <vector>

#include "components/cohorts/memberships.h"
#include "moodlesync/component.h"

namespace moodlesync::cohorts {

/// One conversation about the memberships of one user: the difference to what was last told is
/// added and removed.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows its arguments.
class MemberScript {
 public:
  MemberScript(const MemberSource& source, const std::vector<CohortSource>& cohorts,
               Conversation& conversation)
      : source_(source), cohorts_(cohorts), conversation_(conversation) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  Co<Outcome> keep(MoodleId user);
  /// Remembers what is about to change as uncertain, so that dying on the way forgets nothing.
  [[nodiscard]] Co<Status> store_ahead(const Difference& todo) const;
  Co<Done> add_all(std::vector<Membership> memberships);
  Co<Done> remove_all(std::vector<Membership> memberships);
  Co<Result<Json>> send(Call call);

  void note_added(const Membership& membership, const Result<Json>& answer);
  void note_removed(const Membership& membership, const Result<Json>& answer);
  void forget(const Membership& membership);
  /// A lost answer leaves open whether the membership is gone.
  void doubt(Membership membership);
  /// Keeps the failure that decides: one that asks to try again outweighs a refusal.
  void note_failure(Error error);
  void note_obstacle(Skipped skipped);
  [[nodiscard]] Outcome conclude(const Wish& wish, bool made_calls) const;

  const MemberSource& source_;
  const std::vector<CohortSource>& cohorts_;
  Conversation& conversation_;
  std::optional<Error> failure_;
  std::optional<Skipped> obstacle_;
};

}  // namespace moodlesync::cohorts
