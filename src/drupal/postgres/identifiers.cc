#include "drupal/postgres/identifiers.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace moodlesync::postgres {

namespace {

/// PostgreSQL cuts longer identifiers without a word (NAMEDATALEN - 1).
constexpr std::size_t kMaxIdentifier = 63;
constexpr std::string_view kOurs = "moodle_sync";

/// FNV-1a, 64 bit: keeps two cut names apart, nothing more.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  std::string digits;
  for (int i = 0; i < 16; ++i, hash >>= 4U) digits += "0123456789abcdef"[hash & 15U];
  return digits;
}

/// Cut so that no UTF-8 character is split.
std::string_view cut(std::string_view text, std::size_t size) {
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string own_schema(std::string_view schema, std::string_view prefix) {
  std::string name(kOurs);
  if (schema != "public") {
    name.append("_").append(schema).append(".").append(prefix);
  } else if (!prefix.empty()) {
    name.append("_").append(prefix);
  }
  if (name.size() <= kMaxIdentifier) return name;
  const std::string hash = hash_of(name);
  return std::string(cut(name, kMaxIdentifier - hash.size() - 1)) + "~" + hash;
}

std::string quote(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (const char c : text) {
    if (c == mark) quoted += mark;
    quoted += c;
  }
  return quoted + mark;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

}  // namespace

std::string quote_identifier(std::string_view name) { return quote(name, '"'); }

std::string quote_literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return quote(text, '\'');
  std::string doubled;
  for (const char c : text) {
    if (c == '\\') doubled += '\\';
    doubled += c;
  }
  return " E" + quote(doubled, '\'');
}

TableNames::TableNames(std::string_view schema, std::string_view prefix)
    : schema_(schema), prefix_(prefix), our_schema_(own_schema(schema, prefix)) {}

std::string TableNames::drupal(std::string_view table) const {
  return quote_identifier(schema_) + "." + quote_identifier(prefix_ + std::string(table));
}

std::string TableNames::ours(std::string_view name) const {
  return quote_identifier(our_schema_) + "." + quote_identifier(name);
}

std::string TableNames::expand(std::string_view sql) const {
  static constexpr std::string_view kOwnPrefix = "moodle_sync.";
  std::string expanded;
  expanded.reserve(sql.size() + 64);
  while (!sql.empty()) {
    const auto open = sql.find('{');
    expanded += sql.substr(0, open);
    if (open == std::string_view::npos) break;
    sql.remove_prefix(open + 1);
    const auto close = sql.find('}');
    const auto name = sql.substr(0, close);
    if (close == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), is_name_char)) {
      expanded += '{';
      continue;
    }
    const bool own = name.starts_with(kOwnPrefix);
    expanded += own ? ours(name.substr(kOwnPrefix.size())) : drupal(name);
    sql.remove_prefix(close + 1);
  }
  return expanded;
}

}  // namespace moodlesync::postgres
