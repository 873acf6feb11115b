#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "moodlesync/result.h"

namespace moodlesync::ops {

/// Where the HTTP endpoint listens, as written under `http.listen`: `8470` (loopback),
/// `127.0.0.1:8470`, `[::1]:8470`, `0.0.0.0:8470`. Port 0: any that is free.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< An IP address; names are not looked up.
  std::uint16_t port = 0;

  [[nodiscard]] bool is_loopback() const;
};

/// Errors: kConfig with code `bad_listen_address`.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);
/// "127.0.0.1:8470", "[::1]:8470"
[[nodiscard]] std::string to_string(const ListenAddress& address);

}  // namespace moodlesync::ops
