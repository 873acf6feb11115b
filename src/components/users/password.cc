#include "components/users/password.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace moodlesync::users {

namespace {

constexpr std::string_view kLower = "abcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ";
constexpr std::string_view kDigits = "23456789";
constexpr std::string_view kOthers = "!#$*+,-.:=?@_~";

/// Plugins whose accounts are known not to log in by a password of Moodle's.
constexpr auto kExternal =
    std::to_array<std::string_view>({"cas", "ldap", "oauth2", "oidc", "saml2", "shibboleth"});
/// Plugins that keep passwords in Moodle; nologin and none demand one all the same.
constexpr auto kInternal =
    std::to_array<std::string_view>({"db", "email", "lti", "manual", "none", "nologin"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Characters drawn evenly from `alphabet`; fewer than asked for when the system has no random
/// numbers.
std::string draw(std::string_view alphabet, std::size_t count) {
  std::string drawn;
  std::array<unsigned char, 128> bytes{};
  const std::size_t even = 256 - 256 % alphabet.size();
  while (drawn.size() < count) {
    if (getentropy(bytes.data(), bytes.size()) != 0) return drawn;
    for (const unsigned char byte : bytes) {
      if (byte < even && drawn.size() < count) drawn += alphabet[byte % alphabet.size()];
    }
  }
  bytes.fill(0);
  return drawn;
}

bool is_strong(std::string_view password) {
  constexpr std::ptrdiff_t kOfEachKind = 2;
  const auto count = [password](std::string_view kind) {
    return std::ranges::count_if(password,
                                 [kind](char c) { return kind.find(c) != std::string_view::npos; });
  };
  const bool varied = std::ranges::adjacent_find(password) == password.end();
  return varied && count(kLower) >= kOfEachKind && count(kUpper) >= kOfEachKind &&
         count(kDigits) >= kOfEachKind && count(kOthers) >= kOfEachKind;
}

}  // namespace

std::optional<PasswordPolicy> password_policy(std::string_view word) {
  if (word == "none") return PasswordPolicy::kNone;
  if (word == "createpassword") return PasswordPolicy::kCreatePassword;
  if (word == "random") return PasswordPolicy::kRandom;
  return std::nullopt;
}

PasswordPolicy default_policy(std::string_view auth) {
  return contains(kInternal, auth) ? PasswordPolicy::kRandom : PasswordPolicy::kNone;
}

std::string conflict(std::string_view auth, PasswordPolicy policy) {
  const std::string plugin = "auth '" + std::string(auth) + "'";
  const bool is_none = policy == PasswordPolicy::kNone;
  if (contains(kInternal, auth) && is_none) {
    return plugin + " needs a password: write random or createpassword";
  }
  if (contains(kExternal, auth) && !is_none) {
    return plugin + " keeps no password in Moodle: write none";
  }
  if (auth == "nologin" && policy == PasswordPolicy::kCreatePassword) {
    return plugin + " lets nobody log in, so no password should be mailed: write random";
  }
  return {};
}

Result<std::string> random_password() {
  const std::string alphabet = std::string(kLower).append(kUpper).append(kDigits).append(kOthers);
  // Drawing again until it fits keeps every fitting password equally likely.
  while (true) {
    std::string password = draw(alphabet, kRandomPasswordLength);
    if (password.size() < kRandomPasswordLength) {
      return Error{ErrorKind::kTransient, "no_randomness",
                   "the operating system gave no random numbers for a password"};
    }
    if (is_strong(password)) return password;
  }
}

}  // namespace moodlesync::users
