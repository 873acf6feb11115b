#pragma once

#include <optional>
#include <string>

#include "base/sent_values.h"
#include "moodlesync/component.h"

/// Comparing with what Moodle holds, where the link does not know it: a site that is taken over, an
/// id that somebody typed in.
namespace moodlesync::base {

/// Whether Moodle is to be asked what it holds before anything is sent: the entity has an id there,
/// nobody knows what stands behind it (or Conversation::verify asks for it), and reading can be
/// believed. What is in doubt is sent whole without a look.
[[nodiscard]] bool is_read_back_due(const Conversation& conversation);

/// Whether a look-up that failed should be made again later. Any other refusal is about reading
/// only: then nothing is known, and everything is sent.
[[nodiscard]] bool is_to_be_repeated(const Error& error);

/// A value of Moodle's answer as a form variable would hold it: null is "", a flag 0 or 1. Nothing
/// for lists and objects.
[[nodiscard]] std::optional<std::string> as_sent(const Json& value);

/// Notes in the link what Moodle holds of the fields of `wanted` that `found` has. Fields that it
/// does not have stay as unknown as they were.
void take_over(Link& link, const Values& wanted, const Json& found);

}  // namespace moodlesync::base
