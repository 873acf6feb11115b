#pragma once

#include <string>

namespace moodlesync::sim {

/// The MD5 digest (RFC 1321) in hexadecimal: what Moodle puts into a deleted account's e-mail
/// field.
[[nodiscard]] std::string md5(const std::string& text);

}  // namespace moodlesync::sim
