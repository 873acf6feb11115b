#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "moodlesync/result.h"

namespace moodlesync::users {

/// What a new account gets for a password. Passwords are never changed later.
enum class PasswordPolicy {
  kNone,            ///< The auth plugin keeps none in Moodle.
  kCreatePassword,  ///< Moodle makes one up and mails it; to be changed at the first login.
  kRandom,          ///< One that nobody knows or stores: the user asks Moodle for a new one.
};

[[nodiscard]] std::optional<PasswordPolicy> password_policy(std::string_view word);

/// The policy of accounts with this auth plugin when the configuration names none.
[[nodiscard]] PasswordPolicy default_policy(std::string_view auth);

/// Why Moodle would refuse or misuse such accounts; "" when the two go together. Source:
/// Moodle 5.1, create_users and auth/*/auth.php: an internal plugin demands a password, an external
/// one ignores it, but mails a useless one.
[[nodiscard]] std::string conflict(std::string_view auth, PasswordPolicy policy);

inline constexpr std::size_t kRandomPasswordLength = 24;

/// A password from the operating system's random numbers that every common policy accepts: at least
/// two characters of each kind, no two equal neighbours.
///
/// Errors: kTransient with code `no_randomness`.
[[nodiscard]] Result<std::string> random_password();

}  // namespace moodlesync::users
