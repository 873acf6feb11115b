#include "app/yaml_writer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace moodlesync::app {

namespace {

bool is_plain(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-";
  constexpr auto kReserved = std::to_array<std::string_view>(
      {"true", "false", "null", "yes", "no", "on", "off", "y", "n"});
  if (text.empty() || text.find_first_not_of(kAllowed) != std::string_view::npos) return false;
  const char first = text.front();
  if (first == '-' || first == ':' || text.back() == ':') return false;
  const std::string lower = base::ascii_lower(text);
  return std::ranges::find(kReserved, lower) == kReserved.end();
}

}  // namespace

std::string yaml_scalar(const std::string& text) {
  if (is_plain(text)) return text;
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') quoted += '\\';
    // `${` would ask for an environment variable.
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') quoted += '$';
    quoted += c;
  }
  return quoted + "\"";
}

void YamlWriter::line(int indent, const std::string& text) {
  yaml_ += std::string(static_cast<std::size_t>(indent), ' ') + text + "\n";
}

void YamlWriter::entry(int indent, const std::string& key, const std::string& value) {
  line(indent, key + ": " + yaml_scalar(value));
}

void YamlWriter::mapping(int indent, const std::string& key, const Mapping& entries) {
  if (entries.empty()) return;
  line(indent, key + ":");
  for (const auto& [name, value] : entries) entry(indent + 2, yaml_scalar(name), value);
}

}  // namespace moodlesync::app
