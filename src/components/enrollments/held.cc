#include "components/enrollments/held.h"

#include <vector>

#include "base/text.h"

namespace moodlesync::enrollments {

namespace {

constexpr std::string_view kCourseKey = "course";

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t at = text.find(by);
    parts.push_back(text.substr(0, at));
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  }
  return parts;
}

std::string written(const std::set<MoodleId>& roles) {
  std::string text;
  for (const MoodleId role : roles) text += (text.empty() ? "" : ",") + to_string(role);
  return text;
}

std::string written_reasons(const Held& held) {
  return std::string(held.by_registration ? "r" : "") + (held.by_participants ? "p" : "") +
         (held.opted_out ? "o" : "");
}

bool read_roles(std::string_view text, std::set<MoodleId>& roles) {
  for (const std::string_view part : split(text, ',')) {
    const auto role = base::parse_int(part);
    if (!role) return false;
    roles.insert(MoodleId{*role});
  }
  return true;
}

bool read_number(std::string_view text, std::int64_t& number) {
  const auto read = base::parse_int(text);
  if (read) number = *read;
  return read.has_value();
}

bool read_reasons(std::string_view text, Held& held) {
  held.by_registration = text.find('r') != std::string_view::npos;
  held.by_participants = text.find('p') != std::string_view::npos;
  held.opted_out = text.find('o') != std::string_view::npos;
  return text.find_first_not_of("rpo") == std::string_view::npos;
}

/// Reads one part of the text, `name=value`.
bool read_part(std::string_view name, std::string_view value, Held& held) {
  if (name == "user") return read_number(value, held.user);
  if (name == "roles") return read_roles(value, held.roles);
  if (name == "doubtful") return read_roles(value, held.doubtful);
  if (name == "by") return read_reasons(value, held);
  if (!held.span) held.span.emplace();
  if (name == "start") return read_number(value, held.span->start);
  if (name == "end") return read_number(value, held.span->end);
  held.span->suspended = value == "1";
  return name == "suspended" && (value == "0" || value == "1");
}

}  // namespace

std::string format(const Held& held) {
  std::string text = "user=" + std::to_string(held.user) + " roles=" + written(held.roles);
  if (!held.doubtful.empty()) text += " doubtful=" + written(held.doubtful);
  if (held.span) {
    text += " start=" + std::to_string(held.span->start) +
            " end=" + std::to_string(held.span->end) +
            " suspended=" + (held.span->suspended ? "1" : "0");
  }
  return text + " by=" + written_reasons(held);
}

std::optional<Held> parse_held(std::string_view text) {
  Held held;
  for (const std::string_view part : split(text, ' ')) {
    const std::size_t at = part.find('=');
    if (at == std::string_view::npos) return std::nullopt;
    if (!read_part(part.substr(0, at), part.substr(at + 1), held)) return std::nullopt;
  }
  if (held.user <= 0 || format(held) != text) return std::nullopt;
  return held;
}

bool knows_course(const Link& link, MoodleId course) {
  const auto found = link.sent.find(kCourseKey);
  return found != link.sent.end() && found->second == to_string(course);
}

bool knows_anybody(const Link& link) {
  const auto first = link.sent.lower_bound(kUserKey);
  return first != link.sent.end() && first->first.starts_with(kUserKey);
}

HeldUsers read_held(const Link& link, MoodleId course) {
  HeldUsers users;
  if (!knows_course(link, course)) return users;
  for (const auto& [key, text] : link.sent) {
    if (!key.starts_with(kUserKey)) continue;
    const auto id = base::parse_int(std::string_view(key).substr(kUserKey.size()));
    auto held = parse_held(text);
    if (id && held) users.emplace(MoodleId{*id}, *std::move(held));
  }
  return users;
}

decltype(Link::sent) written_held(MoodleId course, const HeldUsers& users) {
  decltype(Link::sent) sent{{std::string(kCourseKey), to_string(course)}};
  for (const auto& [id, held] : users) {
    sent.emplace(std::string(kUserKey) + to_string(id), format(held));
  }
  return sent;
}

}  // namespace moodlesync::enrollments
