#pragma once

#include <optional>
#include <string>

#include "components/category/category_settings.h"
#include "components/category/category_values.h"
#include "moodlesync/component.h"

namespace moodlesync::category {

/// One conversation about one term.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class CategoryScript {
 public:
  CategoryScript(const CategorySource& source, Conversation& conversation)
      : source_(source), conversation_(conversation) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  /// A category as Moodle's answer shows it.
  struct Found {
    MoodleId id;
    std::string name;
  };

  Co<Outcome> keep();
  /// Looks what Moodle holds where the link does not know it. An outcome: there is nothing left to
  /// do.
  Co<std::optional<Outcome>> read_back();
  Co<Outcome> create();
  Co<Outcome> update();
  Co<Outcome> remove();
  /// Takes the existing category with our idnumber as ours and brings it in step.
  Co<Outcome> adopt(MoodleId id);

  /// The category that holds our idnumber. Nothing only when Moodle's reads can be believed; else
  /// kTransient.
  Co<Result<std::optional<Found>>> find_ours();
  Co<Outcome> settle_create_refusal(Error error);
  Co<Outcome> settle_update_refusal(Error error, base::Values sent);

  Outcome unknown_id();
  [[nodiscard]] Params update_row(const base::Values& changed) const;
  [[nodiscard]] Error about(Error error, const std::string& diagnosis = {}) const;
  [[nodiscard]] std::string idnumber() const;
  /// Of the linked category; 0 without a link, which no call is made for.
  [[nodiscard]] MoodleId id() const;

  const CategorySource& source_;
  Conversation& conversation_;
  base::Values wanted_;
};

}  // namespace moodlesync::category
