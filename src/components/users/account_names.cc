#include "components/users/account_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/param_types.h"
#include "base/text.h"
#include "components/users/letter_case.h"

namespace moodlesync::users {

namespace {

constexpr std::size_t kMaxLength = 100;  // Moodle 5.1, lib/db/install.xml (user)
constexpr std::string_view kAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";

Error rejected(std::string code, std::string message) {
  return {ErrorKind::kRejected, std::move(code), std::move(message)};
}

Error too_long(std::string_view field, std::size_t length) {
  return rejected("too_long", std::string(field) + " has " + std::to_string(length) +
                                  " characters; Moodle takes at most " +
                                  std::to_string(kMaxLength));
}

/// "a blank" or "U+00FC 'ü'": how a message shows one character.
std::string character_name(std::string_view character) {
  const std::uint32_t code = first_character(character).first;
  if (code == ' ') return "a blank";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string name = "U+";
  for (int shift = code > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) {
    name += kHex[(code >> static_cast<unsigned>(shift)) & 0xFU];
  }
  if (code > ' ' && code != 0x7F) name.append(" '").append(character).append("'");
  return name;
}

/// A character that is not allowed where it stands.
struct Stray {
  std::size_t position;  ///< In characters, from 1.
  std::string_view character;
};

std::optional<Stray> first_stray(std::string_view text, std::string_view allowed) {
  for (std::size_t position = 1; !text.empty(); ++position) {
    const std::size_t size = first_character(text).second;
    const std::string_view character = text.substr(0, size);
    if (size > 1 || allowed.find(character) == std::string_view::npos) {
      return Stray{position, character};
    }
    text.remove_prefix(size);
  }
  return std::nullopt;
}

std::string where(const Stray& stray) {
  return "its character " + std::to_string(stray.position) + " is " +
         character_name(stray.character);
}

Error bad_email(const std::string& why) {
  return rejected("bad_email", "email is no address that Moodle takes: " + why);
}

std::optional<Error> fault_in_local_part(std::string_view local) {
  constexpr std::size_t kLongest = 64;
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~.-";
  if (local.empty()) return bad_email("nothing stands before the @");
  if (local.size() > kLongest) return bad_email("more than 64 characters stand before the @");
  if (local.starts_with('"')) return std::nullopt;
  if (const auto stray = first_stray(local, kAllowed)) return bad_email(where(*stray));
  if (local.starts_with('.') || local.ends_with('.') ||
      local.find("..") != std::string_view::npos) {
    return bad_email("a dot must stand between two other characters");
  }
  return std::nullopt;
}

std::optional<Error> fault_in_domain(std::string_view domain, std::size_t before) {
  constexpr std::size_t kLongestLabel = 63;
  if (domain.empty()) return bad_email("nothing stands behind the @");
  if (domain.starts_with('[')) return std::nullopt;
  if (auto stray = first_stray(domain, std::string(kAlphanumeric) + ".-")) {
    stray->position += before;
    return bad_email(where(*stray));
  }
  if (domain.find('.') == std::string_view::npos) return bad_email("its domain has no dot");
  while (!domain.empty()) {
    const std::string_view label = domain.substr(0, domain.find('.'));
    const bool fits = !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
                      label.back() != '-';
    const bool ends_with_dot = label.size() + 1 == domain.size();
    if (!fits || ends_with_dot) return bad_email("a part of its domain is malformed");
    domain.remove_prefix(std::min(label.size() + 1, domain.size()));
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> to_username(std::string_view text, UsernameRule rule) {
  const std::string clean = base::clean_utf8(base::trim(text));
  const std::string name =
      rule == UsernameRule::kExtended ? lower_case(clean) : base::ascii_lower(clean);
  if (name.empty()) return rejected("missing_name", "username is empty");
  if (rule == UsernameRule::kPlain) {
    if (const auto stray = first_stray(name, std::string(kAlphanumeric) + "._@-")) {
      return rejected("bad_username", "username: " + where(*stray) +
                                          "; Moodle takes a-z, 0-9 and . _ @ - (where Moodle's "
                                          "setting extendedusernamechars is on, set "
                                          "extended_usernames: true)");
    }
  }
  const std::size_t length = base::length_in_characters(name);
  if (length > kMaxLength) return too_long("username", length);
  return name;
}

Result<std::string> to_email(std::string_view text) {
  const std::string address = base::ascii_lower(base::clean_utf8(base::trim(text)));
  if (address.empty()) return rejected("missing_email", "email is empty");
  const std::size_t length = base::length_in_characters(address);
  if (length > kMaxLength) return too_long("email", length);
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return bad_email("it has no @");
  const std::string_view whole = address;
  if (auto fault = fault_in_local_part(whole.substr(0, at))) return *std::move(fault);
  if (auto fault = fault_in_domain(whole.substr(at + 1), at + 1)) return *std::move(fault);
  return address;
}

}  // namespace moodlesync::users
