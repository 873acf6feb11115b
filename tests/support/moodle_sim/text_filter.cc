#include "support/moodle_sim/text_filter.h"

#include <cstdint>
#include <regex>

namespace moodlesync::sim {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

struct Decoded {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< 0: malformed.
};

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(lead);
  if (length == 0 || text.size() < length) return {};
  if (length == 1) return {lead, 1};
  std::uint32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {code, length};
}

bool is_capital(std::uint32_t code) {
  if (code >= 'A' && code <= 'Z') return true;
  if (code >= 0xC0 && code <= 0xDE) return code != 0xD7;
  if (code >= 0x100 && code <= 0x137) return code % 2 == 0;
  if (code >= 0x139 && code <= 0x148) return code % 2 == 1;
  if (code >= 0x14A && code <= 0x177) return code % 2 == 0;
  return (code >= 0x391 && code <= 0x3A9) || (code >= 0x400 && code <= 0x42F);
}

/// Whether an entity such as `&amp;` or `&#8364;` starts here.
bool starts_entity(std::string_view text) {
  const std::size_t end = text.find(';');
  if (end == std::string_view::npos || end < 2 || end > 10) return false;
  for (const char c : text.substr(1, end - 1)) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!word && c != '#') return false;
  }
  return true;
}

std::string escape_ampersands(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool bare = text[i] == '&' && !starts_entity(text.substr(i));
    out += bare ? std::string_view("&amp;") : text.substr(i, 1);
  }
  return out;
}

std::string strip_tags(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '<' || (i + 1 < text.size() && is_space(text[i + 1]))) {
      out.push_back(text[i]);
      continue;
    }
    const std::size_t end = text.find('>', i);
    if (end == std::string_view::npos) break;
    i = end;
  }
  return out;
}

}  // namespace

bool is_clean_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0 || next.code == 0 || next.code == 0xFFFE || next.code == 0xFFFF) {
      return false;
    }
    text.remove_prefix(next.length);
  }
  return true;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++count;
  }
  return count;
}

bool has_tags(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (at + 1 == text.size() || !is_space(text[at + 1])) return true;
  }
  return false;
}

bool has_only_multilang_tags(std::string_view text) {
  static const std::regex kLangOpen(R"(<lang lang="[a-z0-9_\-]+"\s*>)");
  static const std::regex kSpanOpen(R"(<span(\s+lang="[a-z0-9_\-]+"|\s+class="multilang"){2}\s*>)");
  const bool lang = text.find("</lang>") != std::string_view::npos;
  if (!lang && text.find("</span>") == std::string_view::npos) return false;
  const std::string_view closing = lang ? "</lang>" : "</span>";
  bool open = false;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) return false;
    const std::string tag(text.substr(at, end - at + 1));
    if (tag == closing) {
      if (!open) return false;
      open = false;
    } else {
      if (!std::regex_match(tag, lang ? kLangOpen : kSpanOpen)) return false;
      open = true;
    }
  }
  return !open;
}

bool is_lower_case(std::string_view text) {
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0 || is_capital(next.code)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const std::string_view blanks(" \t\n\r\0\x0B", 6);
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string format_name(std::string_view name) {
  if (name.find_first_of("&<>") == std::string_view::npos) return std::string(name);
  std::string out;
  for (const char c : escape_ampersands(strip_tags(name))) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string clean_html(std::string_view html) {
  if (html.find_first_of("&<") == std::string_view::npos) return std::string(html);
  static const std::regex kScripts(R"(<script[^>]*>[\s\S]*?</script>)", std::regex::icase);
  static const std::regex kHandlers(R"rx(\s+on[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))rx",
                                    std::regex::icase);
  const std::string unscripted = std::regex_replace(std::string(html), kScripts, "");
  return escape_ampersands(std::regex_replace(unscripted, kHandlers, ""));
}

}  // namespace moodlesync::sim
