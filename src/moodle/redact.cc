#include "moodle/redact.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace moodlesync::moodle {

namespace {

constexpr std::size_t kLongest = 400;

/// Tags gone, every run of white space one blank.
std::string flatten(std::string_view text) {
  std::string flat;
  bool in_tag = false;
  for (const char c : text) {
    if (c == '<') in_tag = true;
    const bool is_blank = in_tag || static_cast<unsigned char>(c) <= ' ';
    if (!is_blank) {
      flat += c;
    } else if (!flat.empty() && flat.back() != ' ') {
      flat += ' ';
    }
    if (c == '>') in_tag = false;
  }
  return flat;
}

/// Where an SQL statement or PHP's dump of its parameters begins. Moodle writes them behind the
/// database's own complaint when debugging is on.
std::size_t begin_of_sql(std::string_view text) {
  constexpr auto kMarks =
      std::to_array<std::string_view>({"INSERT INTO", "UPDATE ", "SELECT ", "DELETE FROM", "[array",
                                       "array (", "Array (", "DETAIL:", "Key ("});
  std::size_t first = text.size();
  for (const std::string_view mark : kMarks) first = std::min(first, text.find(mark));
  return first;
}

/// Ends before a UTF-8 character rather than inside it.
std::string_view shorten(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0U) == 0x80U) --longest;
  return text.substr(0, longest);
}

std::string mask_addresses(std::string_view text) {
  std::string masked;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    masked += word.find('@') == std::string_view::npos ? word : std::string_view("(e-mail)");
    text.remove_prefix(end);
    if (!text.empty()) {
      masked += ' ';
      text.remove_prefix(1);
    }
  }
  return masked;
}

}  // namespace

std::string redact(std::string_view text) {
  const std::string flat = flatten(text);
  const std::string_view plain = std::string_view(flat).substr(0, begin_of_sql(flat));
  return mask_addresses(base::trim(shorten(plain, kLongest)));
}

std::string without(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace moodlesync::moodle
