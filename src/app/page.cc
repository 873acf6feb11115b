#include "app/page.h"

#include <algorithm>
#include <utility>

#include "base/age.h"

namespace moodlesync::app {

namespace {

std::string_view colour_of(Page::Tone tone) {
  switch (tone) {
    case Page::Tone::kGood:
      return "\x1b[32m";
    case Page::Tone::kWarning:
      return "\x1b[33m";
    case Page::Tone::kBad:
      return "\x1b[31m";
    case Page::Tone::kFaint:
      return "\x1b[2m";
    case Page::Tone::kPlain:
      break;
  }
  return "";
}

/// Characters of UTF-8: bytes that begin one.
std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++count;
  }
  return count;
}

std::string without_controls(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      clean += c;
    } else if (c == '\n' || c == '\t') {
      clean += ' ';
    } else {
      clean.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0xfU]);
    }
  }
  return clean;
}

}  // namespace

void Page::heading(std::string_view text) {
  out_ << (look_.colours ? "\x1b[1m" : "") << without_controls(text)
       << (look_.colours ? "\x1b[0m" : "") << "\n";
}

void Page::row(std::string_view name, std::string_view text, Tone tone) {
  const std::size_t width = look_.width == 0 ? 0 : static_cast<std::size_t>(look_.width);
  const std::size_t beside = width > kFirstColumn + 1 ? width - kFirstColumn - 1 : 0;
  std::string first = padded(std::string(name), kFirstColumn);
  for (const std::string& line : wrapped(text, beside)) {
    out_ << first << " " << toned(line, tone) << "\n";
    first.assign(kFirstColumn, ' ');
  }
}

std::string Page::toned(std::string_view text, Tone tone) const {
  const std::string_view colour = look_.colours ? colour_of(tone) : "";
  if (colour.empty()) return std::string(text);
  return std::string(colour).append(text).append("\x1b[0m");
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  const std::string clean = without_controls(text);
  if (width == 0 || length(clean) <= width) return {clean};
  const std::size_t indent = std::min(clean.find_first_not_of(' '), clean.size());
  const std::string margin(indent, ' ');
  std::vector<std::string> lines;
  std::string line = margin;
  for (std::size_t at = indent; at < clean.size();) {
    const std::size_t end = std::min(clean.find(' ', at), clean.size());
    const std::string_view word = std::string_view(clean).substr(at, end - at);
    at = end + 1;
    const bool begins = line.size() == indent;
    if (!begins && length(line) + 1 + length(word) > width) {
      lines.push_back(std::exchange(line, margin));
    }
    line.append(line.size() == indent ? "" : " ").append(word);
  }
  if (line.size() > indent) lines.push_back(std::move(line));
  return lines;
}

std::string age_text(std::chrono::seconds age) {
  return base::rounded_age(age, {"s", "m", "h", "d"});
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t shown = length(text);
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

void print_json(const nlohmann::ordered_json& object, std::ostream& out) {
  out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace moodlesync::app
