// The text half of param_types.h: valid UTF-8, and no `<` that PHP's strip_tags() would take for a
// tag.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <regex>

#include "base/param_types.h"
#include "base/text.h"

namespace moodlesync::base {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";    // U+FFFD
constexpr std::string_view kFullwidthLess = "\xEF\xBC\x9C";  // U+FF1C

/// Elements that stand apart from their surroundings: without them two words would run together.
constexpr auto kBlockTags = std::to_array<std::string_view>(
    {"address",  "article",    "aside",  "blockquote", "body",   "br",  "button", "canvas",
     "caption",  "center",     "col",    "colgroup",   "dd",     "div", "dl",     "dt",
     "fieldset", "figcaption", "figure", "footer",     "form",   "h1",  "h2",     "h3",
     "h4",       "h5",         "h6",     "head",       "header", "hr",  "html",   "iframe",
     "li",       "main",       "nav",    "ol",         "option", "p",   "pre",    "section",
     "table",    "td",         "tr",     "ul"});

constexpr auto kInlineTags = std::to_array<std::string_view>(
    {"a",      "abbr",   "acronym", "audio",    "b",       "bdi",    "bdo",    "big",
     "cite",   "code",   "data",    "del",      "dfn",     "em",     "embed",  "font",
     "i",      "img",    "input",   "ins",      "kbd",     "label",  "lang",   "link",
     "mark",   "meta",   "object",  "param",    "picture", "q",      "s",      "samp",
     "script", "select", "small",   "source",   "span",    "strike", "strong", "style",
     "sub",    "sup",    "svg",     "textarea", "time",    "tt",     "u",      "video"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// A piece of markup at the start of some text.
struct Markup {
  std::size_t size = 0;
  bool block = false;
};

/// `<!-- … -->`, or a tag known by name: `<b>`, `</b>`, `<br/>`, `<a href="…">`. What follows the
/// name must look like attributes, so that "a <b and c> d" stays text.
std::optional<Markup> markup_at(std::string_view text) {
  if (text.starts_with("<!--")) {
    const auto end = text.find("-->", 4);
    return end == std::string_view::npos ? std::nullopt : std::optional(Markup{end + 3, false});
  }
  const std::size_t start = text.size() > 1 && text[1] == '/' ? 2 : 1;
  std::size_t end = start;
  while (end < text.size() && is_letter_or_digit(text[end])) ++end;
  const std::string name = ascii_lower(text.substr(start, end - start));
  const bool block = contains(kBlockTags, name);
  if (!block && !contains(kInlineTags, name)) return std::nullopt;
  const auto close = text.find_first_of("<>", end);
  if (close == std::string_view::npos || text[close] != '>') return std::nullopt;
  const std::string_view rest = trim(text.substr(end, close - end));
  const bool plain = rest.empty() || rest == "/";
  const bool attributes = is_blank(text[end]) && rest.find('=') != std::string_view::npos;
  if (!plain && !attributes) return std::nullopt;
  return Markup{close + 1, block};
}

/// Which multilang tags stay, by Moodle's rule: `<lang>` where the text has any, else `<span>`.
enum class Keep { kNothing, kLang, kSpan };

bool is_kept(Keep keep, std::string_view tag) {
  static const std::regex kLangTag(R"(<lang lang="[a-zA-Z0-9_-]+"\s*>)");
  static const std::regex kSpanTag(
      R"(<span(\s+lang="[a-zA-Z0-9_-]+"|\s+class="multilang"){2}\s*>)");
  constexpr std::size_t kLongest = 200;  // std::regex recurses; no real tag comes near this
  if (keep == Keep::kNothing || tag.size() > kLongest) return false;
  if (tag.starts_with("</")) return tag == (keep == Keep::kLang ? "</lang>" : "</span>");
  return std::regex_match(tag.begin(), tag.end(), keep == Keep::kLang ? kLangTag : kSpanTag);
}

/// Takes markup away except the kept tags and protects every other `<`.
std::string scrub(std::string_view text, Keep keep) {
  std::string out;
  bool gap = false;  // a block stood here: a blank is due unless there is one
  while (!text.empty()) {
    const auto markup = text.front() == '<' ? markup_at(text) : std::nullopt;
    if (markup && !is_kept(keep, text.substr(0, markup->size))) {
      gap = gap || (markup->block && !out.empty());
      text.remove_prefix(markup->size);
      continue;
    }
    if (gap && !is_blank(out.back()) && !is_blank(text.front())) out += ' ';
    gap = false;
    const std::size_t size = markup ? markup->size : 1;
    const bool stray = !markup && text.front() == '<';
    if (stray && keep != Keep::kNothing) {
      out += kFullwidthLess;
    } else {
      out += text.substr(0, size);
      if (stray && (text.size() == 1 || !is_blank(text[1]))) out += ' ';
    }
    text.remove_prefix(size);
  }
  return out;
}

/// Opening and closing tags take turns, and nothing is left open.
bool is_well_formed(std::string_view text) {
  bool open = false;
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const bool closing = text.substr(at).starts_with("</");
    if (closing != open) return false;
    open = !closing;
  }
  return !open;
}

/// Bytes of the well-formed character at the start of `text`, 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  std::uint32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool refused = code == 0xFFFE || code == 0xFFFF;
  return code < kSmallest.at(size) || code > 0x10FFFF || surrogate || refused ? 0 : size;
}

}  // namespace

std::string clean_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    clean += size == 0 ? kReplacement : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return clean;
}

std::string clean_text(std::string_view text, Multilang multilang) {
  if (text.find('<') == std::string_view::npos) return std::string(text);
  const bool has_lang = text.find("</lang>") != std::string_view::npos;
  const bool has_span = text.find("</span>") != std::string_view::npos;
  if (multilang == Multilang::kKeep && (has_lang || has_span)) {
    std::string clean = scrub(text, has_lang ? Keep::kLang : Keep::kSpan);
    if (is_well_formed(clean) && clean.find('<') != std::string::npos) return clean;
  }
  return scrub(text, Keep::kNothing);
}

}  // namespace moodlesync::base
