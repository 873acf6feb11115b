#include "ops/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.h"

namespace moodlesync::ops {

namespace {

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

Error bad_address(std::string_view text) {
  return {ErrorKind::kConfig, "bad_listen_address",
          "must be a port (8470: on this machine only), or an IP address and a port "
          "(127.0.0.1:8470, [::1]:8470), not '" +
              std::string(text) + "'"};
}

}  // namespace

bool ListenAddress::is_loopback() const { return host.starts_with("127.") || host == "::1"; }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr std::int64_t kLastPort = 65'535;
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  std::string_view port = text;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    const bool has_brackets = host.starts_with('[') && host.ends_with(']');
    if (has_brackets) host = host.substr(1, host.size() - 2);
    address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
    if (has_brackets ? !is_ipv6(address.host) : !is_ipv4(address.host)) return bad_address(text);
  }
  const auto number = base::parse_int(port);
  if (!number || *number < 0 || *number > kLastPort) return bad_address(text);
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

std::string to_string(const ListenAddress& address) {
  const bool is_long = address.host.find(':') != std::string::npos;
  return (is_long ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace moodlesync::ops
