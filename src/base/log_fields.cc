#include "base/log_fields.h"

namespace moodlesync::base {

namespace {

/// ASCII's unit separator. Behind it `#name=digits` or `name=text`.
constexpr char kMark = '\x1f';

}  // namespace

LogFields& LogFields::text(std::string_view name, std::string_view value) {
  encoded_.append(1, kMark).append(name).append("=");
  for (const char c : value) {
    if (c != kMark) encoded_ += c;
  }
  return *this;
}

LogFields& LogFields::number(std::string_view name, std::int64_t value) {
  encoded_.append(1, kMark).append("#").append(name).append("=").append(std::to_string(value));
  return *this;
}

SplitLine split_log_line(std::string_view line) {
  SplitLine split;
  std::size_t at = line.find(kMark);
  split.text = line.substr(0, at);
  while (at != std::string_view::npos) {
    const std::size_t next = line.find(kMark, at + 1);
    std::string_view field =
        line.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    at = next;
    const bool is_number = field.starts_with('#');
    if (is_number) field.remove_prefix(1);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    split.fields.push_back({field.substr(0, equals), field.substr(equals + 1), is_number});
  }
  return split;
}

}  // namespace moodlesync::base
