#include "ops/secret_mask.h"

#include <algorithm>

namespace moodlesync::ops {

namespace {

constexpr std::string_view kBlot = "[hidden]";
/// What is shorter protects nothing and is part of too much.
constexpr std::size_t kShortestSecret = 6;
/// From here on even letters alone are no word.
constexpr std::size_t kLongestWord = 19;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Letters, and what joins the words of a name: "drupal", "moodle_syncd", "db.example".
bool may_be_a_word(std::string_view secret) {
  return secret.size() <= kLongestWord && std::ranges::all_of(secret, [](char c) {
           return is_letter(c) || c == '-' || c == '_' || c == '.';
         });
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), kBlot);
    at += kBlot.size();
  }
}

/// Where the value that begins at `at` ends: at its closing quote, or where no value goes on.
std::size_t value_end(std::string_view text, std::size_t at) {
  const bool is_quoted = at < text.size() && (text[at] == '\'' || text[at] == '"');
  if (is_quoted) return std::min(text.find(text[at], at + 1), text.size() - 1) + 1;
  return std::min(text.find_first_of(" \t&;,\"'\\)>\x1f", at), text.size());
}

/// Blots out what follows every `name`.
void replace_values(std::string& text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    at += name.size();
    text.replace(at, value_end(text, at) - at, kBlot);
  }
}

/// Blots out the password of every `scheme://user:password@host`.
void replace_url_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    at += 3;
    const std::size_t end = std::min(text.find_first_of(" /?#\"'<>", at), text.size());
    const std::size_t host = text.rfind('@', end);
    const std::size_t colon = text.find(':', at);
    if (host == std::string::npos || host < at || colon > host) continue;
    text.replace(colon + 1, host - colon - 1, kBlot);
  }
}

}  // namespace

void SecretMask::add(std::string_view secret) {
  if (secret.size() < kShortestSecret || may_be_a_word(secret)) return;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(secrets_, secret) != secrets_.end()) return;
  secrets_.emplace_back(secret);
  // A secret that contains another one has to go first, or its rest would stay.
  std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
}

std::string SecretMask::apply(std::string_view text) const {
  std::string masked(text);
  const std::lock_guard lock(mutex_);
  for (const std::string& secret : secrets_) replace_all(masked, secret);
  replace_values(masked, "wstoken=");
  replace_values(masked, "password=");
  replace_url_passwords(masked);
  return masked;
}

}  // namespace moodlesync::ops
