#include "base/sent_values.h"

namespace moodlesync::base {

Values changes(const Values& wanted, const Link& link) {
  Values changed;
  for (const auto& [field, value] : wanted) {
    const auto sent = link.sent.find(field);
    if (sent == link.sent.end() || sent->second != value) changed.emplace(field, value);
  }
  return changed;
}

Values changes(const Values& wanted, const Conversation& conversation) {
  return conversation.in_doubt ? wanted : changes(wanted, conversation.link);
}

void remember(Link& link, const Values& values) {
  for (const auto& [field, value] : values) link.sent.insert_or_assign(field, value);
}

void forget(Link& link, const Values& values) {
  for (const auto& [field, value] : values) link.sent.erase(field);
}

void add_all(Params& row, const Values& values) {
  for (const auto& [field, value] : values) row.add(field, value);
}

}  // namespace moodlesync::base
