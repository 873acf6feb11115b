#include "support/drupal_site/php_writer.h"

#include <algorithm>

namespace moodlesync::testsupport {

namespace {

bool is_whole_number(std::string_view key) {
  if (key.starts_with('-')) key.remove_prefix(1);
  const bool digits = !key.empty() && key.size() < 18 &&
                      std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
  return digits && (key.size() == 1 || key.front() != '0');
}

std::string body(const std::vector<Php::Entry>& entries) {
  std::string text = std::to_string(entries.size()) + ":{";
  for (const auto& [key, value] : entries) {
    text += is_whole_number(key) ? "i:" + key + ";" : Php(key).bytes();
    text += value.bytes();
  }
  return text + "}";
}

}  // namespace

Php Php::map(const std::vector<Entry>& entries) {
  Php value;
  value.bytes_ = "a:" + body(entries);
  return value;
}

Php Php::list(const std::vector<Php>& values) {
  std::vector<Entry> entries;
  for (const Php& value : values) entries.emplace_back(std::to_string(entries.size()), value);
  return map(entries);
}

Php Php::object(std::string_view name, const std::vector<Entry>& properties) {
  std::vector<Entry> marked;
  for (const auto& [key, value] : properties) {
    marked.emplace_back(std::string("\0*\0", 3) + key, value);
  }
  Php value;
  value.bytes_ = "O:" + sized(name) + ":" + body(marked);
  return value;
}

Php Php::reference(int slot) {
  Php value;
  value.bytes_ = "r:" + std::to_string(slot) + ";";
  return value;
}

std::string bytea(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace moodlesync::testsupport
