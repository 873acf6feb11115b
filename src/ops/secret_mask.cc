#include "ops/secret_mask.h"

#include <algorithm>

namespace moodlesync::ops {

namespace {

constexpr std::string_view kBlot = "[hidden]";
constexpr std::size_t kShortestSecret = 6;

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), kBlot);
    at += kBlot.size();
  }
}

bool is_token_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%';
}

void replace_token_parameters(std::string& text) {
  static constexpr std::string_view kName = "wstoken=";
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at)) {
    at += kName.size();
    std::size_t end = at;
    while (end < text.size() && is_token_byte(text[end])) ++end;
    text.replace(at, end - at, kBlot);
  }
}

}  // namespace

void SecretMask::add(std::string_view secret) {
  if (secret.size() < kShortestSecret) return;
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
  replace_token_parameters(masked);
  return masked;
}

}  // namespace moodlesync::ops
