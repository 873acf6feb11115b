#pragma once

#include <string_view>

#include "base/sent_values.h"
#include "components/category/category_settings.h"
#include "moodlesync/component.h"
#include "moodlesync/result.h"

namespace moodlesync::category {

/// Moodle's formats of a description.
inline constexpr std::string_view kHtml = "1";
inline constexpr std::string_view kPlainText = "2";

/// What Moodle's category ought to hold, without its place in the tree.
///
/// Errors: kRejected as for base::to_param.
[[nodiscard]] Result<base::Values> wanted_values(const CategorySource& source,
                                                 const Entity& entity);

/// Where a category belongs.
struct Place {
  /// The parent in Moodle, 0 for the top; empty: not known, so the category stays where it is.
  std::optional<MoodleId> parent;
  /// Why a category cannot be put there now.
  std::optional<Outcome> obstacle;
};

/// The first parent decides when a term has several. A parent that has no category and will not
/// get one (opted out, gone) leaves an existing category where it is; a new one is not created,
/// for at the top it would stand in the wrong place.
[[nodiscard]] Place place_of(const CategorySource& source, const Conversation& conversation);

}  // namespace moodlesync::category
