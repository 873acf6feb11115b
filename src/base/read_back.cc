#include "base/read_back.h"

namespace moodlesync::base {

bool is_read_back_due(const Conversation& conversation) {
  if (!conversation.link.moodle_id || !conversation.moodle->reads_are_trustworthy()) return false;
  const bool is_unknown = conversation.link.sent.empty() && !conversation.in_doubt;
  return conversation.verify || is_unknown;
}

bool is_to_be_repeated(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kTransient ||
         error.kind == ErrorKind::kInDoubt;
}

std::optional<std::string> as_sent(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return std::string(value.get<bool>() ? "1" : "0");
  if (value.is_number_integer()) return value.dump();
  return std::nullopt;
}

void take_over(Link& link, const Values& wanted, const Json& found) {
  if (!found.is_object()) return;
  for (const auto& [field, value] : wanted) {
    const auto held = found.find(field);
    if (held == found.end()) continue;
    if (auto text = as_sent(*held)) link.sent.insert_or_assign(field, *std::move(text));
  }
}

}  // namespace moodlesync::base
