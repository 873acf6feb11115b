#pragma once

#include <map>
#include <string>

#include "moodlesync/component.h"
#include "moodlesync/link.h"
#include "moodlesync/moodle.h"

/// What a component wants Moodle to hold, against what the link says was sent.
namespace moodlesync::base {

/// Moodle field → value, as in Link::sent.
using Values = std::map<std::string, std::string, std::less<>>;

/// The fields of `wanted` whose value was not the last one sent, or not sent at all.
[[nodiscard]] Values changes(const Values& wanted, const Link& link);

/// The same for a conversation. While it is in doubt what an earlier attempt has sent, all of
/// `wanted`: the link may be older than what Moodle holds.
[[nodiscard]] Values changes(const Values& wanted, const Conversation& conversation);

/// Moodle has taken `values`.
void remember(Link& link, const Values& values);

/// Nobody knows which of `values` Moodle holds: they are sent again next time.
void forget(Link& link, const Values& values);

/// Adds every value under its own name.
void add_all(Params& row, const Values& values);

}  // namespace moodlesync::base
